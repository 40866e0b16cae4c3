# SPDX-License-Identifier: Apache-2.0
# `cmake --install`: headers, both libraries, find_package(minipay) and pkg-config.

include(CMakePackageConfigHelpers)
set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/minipay")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/minipay" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.h")
foreach(kind IN ITEMS shared static)
  install(TARGETS minipay_${kind} EXPORT minipay-${kind})
  install(EXPORT minipay-${kind} NAMESPACE minipay:: DESTINATION "${config_dir}")
endforeach()

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/minipayConfig.cmake.in" minipayConfig.cmake
                              INSTALL_DESTINATION "${config_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(minipayConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/minipayConfig.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/minipayConfigVersion.cmake" DESTINATION "${config_dir}")

# Paths relative to the .pc file, so that `cmake --install --prefix` may choose any.
set(pc_dir "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH pc_prefix "${pc_dir}" "${CMAKE_INSTALL_PREFIX}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/minipay.pc.in" minipay.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/minipay.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

# What `minipay demo` plays, with where it comes from.
install(FILES "${PROJECT_SOURCE_DIR}/examples/data/paysim-day.csv" "${PROJECT_SOURCE_DIR}/examples/data/regions.csv"
              "${PROJECT_SOURCE_DIR}/examples/data/README.md" "${PROJECT_SOURCE_DIR}/LICENSE"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/minipay")
