# SPDX-License-Identifier: Apache-2.0
# How every C file of ours is compiled: target `minipay_flags`.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(minipay_flags INTERFACE)
target_compile_definitions(minipay_flags INTERFACE _GNU_SOURCE=) # POSIX, and open-file locks
target_compile_options(minipay_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
  -Wmissing-prototypes -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2
  -fstack-protector-strong -fno-omit-frame-pointer
  $<$<BOOL:${MINIPAY_WERROR}>:-Werror>)
target_link_options(minipay_flags INTERFACE LINKER:-z,relro,-z,now,--no-undefined)

if(MINIPAY_SANITIZE)
  target_compile_options(minipay_flags INTERFACE -fsanitize=${MINIPAY_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(minipay_flags INTERFACE -fsanitize=${MINIPAY_SANITIZE} LINKER:-z,undefs)
endif()

if(MINIPAY_LTO)
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    # Fat objects, so that the installed static library serves every compiler.
    set(CMAKE_C_COMPILE_OPTIONS_IPO -flto=auto -ffat-lto-objects)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  else()
    message(STATUS "MINIPAY_LTO is for gcc; building without")
  endif()
endif()
