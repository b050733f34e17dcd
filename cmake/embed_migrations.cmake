# Writes OUT, a C++ source that holds every numbered migration of DIR, in order.
file(GLOB files "${DIR}/[0-9][0-9][0-9][0-9]_*.sql")
list(SORT files)
set(rows "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  string(SUBSTRING "${name}" 0 4 digits)
  math(EXPR number "1${digits} - 10000")
  file(READ "${file}" text)
  string(APPEND rows "    {${number}, \"${name}\", R\"sql(${text})sql\"},\n")
endforeach()
file(WRITE "${OUT}" "// Generated from src/store/migrations by cmake/embed_migrations.cmake.\n"
  "#include \"tender/store/migrations.hpp\"\n\nnamespace tender::store {\nnamespace {\n\n"
  "constexpr Migration kMigrations[] = {\n${rows}};\n\n}  // namespace\n\n"
  "std::span<const Migration> migrations() { return kMigrations; }\n\n}  // namespace tender::store\n")
