# cmake -DIN=file -DOUT=file.cc -DNAME=Function -DNAMESPACE=a::b -DHEADER=h -P
# Writes a source whose NAME() returns the file's text, for what programs
# carry with them.
file(READ "${IN}" text)
file(WRITE "${OUT}"
"#include \"${HEADER}\"

namespace ${NAMESPACE} {

std::string_view ${NAME}() {
  static constexpr char kText[] = R\"_TEXT_(${text})_TEXT_\";
  return {kText, sizeof(kText) - 1};
}

}  // namespace ${NAMESPACE}
")
