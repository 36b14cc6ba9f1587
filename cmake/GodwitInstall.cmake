# SPDX-License-Identifier: Apache-2.0
#
# What `cmake --install` puts where, and the package that find_package(Godwit) finds. Two components, which may be packaged
# apart: Runtime (what an application links, built for the target) and Codegen (the host tool and add_migrations(), for the
# machine that builds). Nothing written here knows the prefix, so that the installed tree can be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/Godwit")

set_target_properties(godwit_table PROPERTIES EXPORT_NAME table)
install(TARGETS godwit_table godwit_runtime godwit_cli
  EXPORT GodwitRuntimeTargets
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT Runtime
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT Runtime
  INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/runtime/include/godwit"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT Runtime
  FILES_MATCHING PATTERN "*.hpp")
install(EXPORT GodwitRuntimeTargets NAMESPACE godwit:: DESTINATION "${package_dir}" COMPONENT Runtime)

if(GODWIT_BUILD_CODEGEN)
  install(TARGETS godwit_tool
    EXPORT GodwitCodegenTargets
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT Codegen)
  install(EXPORT GodwitCodegenTargets NAMESPACE godwit:: DESTINATION "${package_dir}" COMPONENT Codegen)
endif()

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/GodwitConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/package/GodwitConfig.cmake"
  INSTALL_DESTINATION "${package_dir}"
  NO_SET_AND_CHECK_MACRO)
# Before 1.0 a new minor version may change anything.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/package/GodwitConfigVersion.cmake"
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/package/GodwitConfig.cmake"
  "${PROJECT_BINARY_DIR}/package/GodwitConfigVersion.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/GodwitAddMigrations.cmake"
  DESTINATION "${package_dir}" COMPONENT Runtime)

# For those who build without CMake: the runtime and the command line, on tables that `godwit generate` made.
set(pkgconfig_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}" OUTPUT_VARIABLE pc_libdir)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}"
  OUTPUT_VARIABLE pc_includedir)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig"
  OUTPUT_VARIABLE pc_prefix)
configure_file("${CMAKE_CURRENT_LIST_DIR}/godwit.pc.in" "${PROJECT_BINARY_DIR}/package/godwit.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/package/godwit.pc" DESTINATION "${pkgconfig_dir}" COMPONENT Runtime)
