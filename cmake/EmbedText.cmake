# cmake -DIN=file -DOUT=file.cc -DNAME=Function -DNAMESPACE=a::b -DHEADER=h -P
# Writes a source whose NAME() returns the file's text, for what programs
# carry with them. IN may be several files with a comma between: their texts
# stand one after the other. One literal may be longer than the 64 KiB that every compiler
# must take; those we build with take more, and clang only warns of it.
string(REPLACE "," ";" files "${IN}")
set(text "")
foreach(one IN LISTS files)
  file(READ "${one}" part)
  string(APPEND text "${part}")
endforeach()
file(WRITE "${OUT}"
"#include \"${HEADER}\"

#pragma GCC diagnostic ignored \"-Woverlength-strings\"

namespace ${NAMESPACE} {

std::string_view ${NAME}() {
  static constexpr char kText[] = R\"_TEXT_(${text})_TEXT_\";
  return {kText, sizeof(kText) - 1};
}

}  // namespace ${NAMESPACE}
")
