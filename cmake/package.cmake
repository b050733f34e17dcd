# The Debian package (`make deb`): cpack installs as `cmake --install` does, cmake/debian_files.cmake adds what
# only the package has, and the scripts of deploy/debian/ are its maintainer scripts.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tender)
set(CPACK_PACKAGE_CONTACT "the tender authors <maintainers@tender.invalid>"
  CACHE STRING "Whom the package names as its maintainer: who builds it for others")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "sidecar that keeps zooid in step with its database")
set(CPACK_PACKAGE_DESCRIPTION
"zooid is a server of many nostr relays. You or your control plane write into
a SQLite database what each relay should be. tender sends every change to
zooid, with retries, and keeps sending until zooid has it. It survives
restarts of either side, lost answers and outages, and never gives a relay a
second identity unless it is asked for one.")
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/debian_files.cmake)
set(CPACK_TENDER_SOURCE_DIR ${CMAKE_SOURCE_DIR})
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${CMAKE_SOURCE_DIR}/deploy/debian/postinst
  ${CMAKE_SOURCE_DIR}/deploy/debian/prerm
  ${CMAKE_SOURCE_DIR}/deploy/debian/postrm)
include(CPack)
