# SPDX-License-Identifier: Apache-2.0
# The command line: an application like any other, with the public headers only.

file(GLOB tool_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tools/minipay/*.c")
if(tool_sources)
  pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
  pkg_check_modules(LZMA REQUIRED IMPORTED_TARGET liblzma)
  find_path(CSV_INCLUDE_DIR csv.h REQUIRED)
  find_library(CSV_LIBRARY csv REQUIRED)

  add_executable(minipay_tool ${tool_sources})
  set_target_properties(minipay_tool PROPERTIES OUTPUT_NAME minipay)
  target_include_directories(minipay_tool SYSTEM PRIVATE "${CSV_INCLUDE_DIR}")
  target_link_libraries(minipay_tool PRIVATE minipay_flags minipay::static PkgConfig::JANSSON
                        PkgConfig::LZMA "${CSV_LIBRARY}")
  install(TARGETS minipay_tool)
endif()
