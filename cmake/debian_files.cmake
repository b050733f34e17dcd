# Run by cpack between installing and packing: adds to the tree what Debian expects, in its places.
set(source ${CPACK_TENDER_SOURCE_DIR})
set(root ${CPACK_TEMPORARY_DIRECTORY})
set(share ${root}/usr/share)
set(doc ${share}/doc/tender)

# place(FILE DIRECTORY NAME): readable by everybody, whatever the umask.
function(place file directory name)
  configure_file(${file} ${directory}/${name} COPYONLY
    FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

# compress(FILE): without name and time, so that the same sources give the same package.
function(compress file)
  execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# The configuration that postinst installs: env.example with the service's paths.
function(write_configuration)
  file(READ ${source}/env.example text)
  foreach(change
      "Copy this file to .env and fill in the three required values.|Fill in the three required values, then: systemctl restart tender"
      "Only you should be able to read .env: chmod 600 .env|Only root and the group tender may read this file: it holds secrets."
      "#DATABASE_URL=sqlite://data/tender.db|DATABASE_URL=sqlite:///var/lib/tender/tender.db")
    string(REGEX REPLACE "\\|.*" "" from ${change})
    string(REGEX REPLACE ".*\\|" "" to ${change})
    string(FIND "${text}" "${from}" found)
    if(found EQUAL -1)
      message(FATAL_ERROR "env.example does not say \"${from}\": correct cmake/debian_files.cmake")
    endif()
    string(REPLACE "${from}" "${to}" text "${text}")
  endforeach()
  file(WRITE ${share}/tender/tender.env "${text}")
  file(CHMOD ${share}/tender/tender.env PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endfunction()

write_configuration()
place(${source}/deploy/tender.service ${root}/lib/systemd/system tender.service)
place(${source}/deploy/debian/copyright ${doc} copyright)
place(${source}/env.example ${doc} env.example)
place(${source}/CHANGELOG.md ${doc} changelog)
compress(${doc}/changelog)
compress(${share}/man/man1/tender.1)
file(MAKE_DIRECTORY ${share}/zsh/vendor-completions)
file(RENAME ${share}/zsh/site-functions/_tender ${share}/zsh/vendor-completions/_tender)
file(REMOVE_RECURSE ${share}/zsh/site-functions)
