# At -O1 g++ sees ghosts where it needs its optimiser to see anything; the
# release build, at -O2, looks for these.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND
   CMAKE_CXX_FLAGS_RELWITHDEBINFO MATCHES "-O1")
  set(earshot_optimiser_warnings
      -Wno-array-bounds -Wno-maybe-uninitialized -Wno-restrict
      -Wno-stringop-overflow -Wno-stringop-overread)
endif()

# A string that is given a literal overlaps nothing; g++ 12 says so at -O2
# (its bug 105651, mended in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  list(APPEND earshot_optimiser_warnings -Wno-restrict)
endif()

function(earshot_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
    -Wold-style-cast -Wimplicit-fallthrough
    $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
    ${earshot_optimiser_warnings}
    $<$<BOOL:${EARSHOT_WERROR}>:-Werror>)
endfunction()

# earshot_library(NAME room [SRCS a.cc ...] [HDRS a.h ...] [DEPS public ...]
#                 [PRIVATE_DEPS ...])
# One room: library earshot_<room>, alias earshot::<room>. Included from the
# repository's root. DEPS only where a header of the room shows them.
function(earshot_library)
  cmake_parse_arguments(arg "" "NAME" "SRCS;HDRS;DEPS;PRIVATE_DEPS" ${ARGN})
  set(target earshot_${arg_NAME})
  add_library(${target} STATIC ${arg_SRCS} ${arg_HDRS})
  add_library(earshot::${arg_NAME} ALIAS ${target})
  target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${target} PUBLIC ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS})
  target_compile_definitions(${target} PRIVATE
    EARSHOT_VERSION="${PROJECT_VERSION}")
  earshot_warnings(${target})
  earshot_precompiled(${target} rooms)
  if(EARSHOT_TOGETHER)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON
                          UNITY_BUILD_BATCH_SIZE 12)
  endif()
endfunction()

# earshot_apart(a.cc ...): sources of a room that have a name of their own in
# common with another one, for something else.
function(earshot_apart)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# earshot_embed_text(OUT variable NAME Function HEADER room/x.h FILES a.txt ...
#                    [NAMESPACE earshot::feed])
# A source whose Function(), which the header declares, returns the files' text
# in a row; `variable` gets its path, for SRCS.
function(earshot_embed_text)
  cmake_parse_arguments(arg "" "OUT;NAME;HEADER;NAMESPACE" "FILES"
                        ${ARGN})
  if(NOT arg_NAMESPACE)
    set(arg_NAMESPACE earshot::router)
  endif()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.cc")
  list(TRANSFORM arg_FILES PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/"
       REGEX "^[^/]")
  list(JOIN arg_FILES "," files)
  add_custom_command(
    OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" "-DIN=${files}" "-DOUT=${source}"
            -DNAME=${arg_NAME} -DNAMESPACE=${arg_NAMESPACE}
            -DHEADER=${arg_HEADER} -P "${CMAKE_SOURCE_DIR}/cmake/EmbedText.cmake"
    DEPENDS ${arg_FILES} "${CMAKE_SOURCE_DIR}/cmake/EmbedText.cmake")
  set(${arg_OUT} "${source}" PARENT_SCOPE)
endfunction()

# earshot_program(NAME earshot-x SRCS main.cc DEPS ...)
function(earshot_program)
  cmake_parse_arguments(arg "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${arg_NAME} ${arg_SRCS})
  target_include_directories(${arg_NAME} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${arg_NAME} PRIVATE ${arg_DEPS})
  earshot_warnings(${arg_NAME})
endfunction()

# Seconds, `otherwise` when none are given; four times as long under a sanitizer.
macro(earshot_timeout variable otherwise)
  if(NOT ${variable})
    set(${variable} ${otherwise})
  endif()
  if(EARSHOT_SANITIZE)
    math(EXPR ${variable} "${${variable}} * 4")
  endif()
endmacro()

# earshot_unoptimised(a.cc ...): sources of which a sanitizing compiler spends its
# time on what libraries' templates become, two thirds of it on making that
# quick; what runs there waits for people and sockets.
function(earshot_unoptimised)
  earshot_apart(${ARGN})
  if(EARSHOT_SANITIZE)
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS -O0
                                SKIP_PRECOMPILE_HEADERS ON)
  endif()
endfunction()

# earshot_test(NAME x_test SRCS x_test.cc DEPS ... [LABEL unit [tsan]]
#              [TIMEOUT 60])
# The timeout is in seconds, four times as long under a sanitizer; what may take
# longest starts first.
function(earshot_test)
  cmake_parse_arguments(arg "" "NAME;TIMEOUT" "SRCS;DEPS;LABEL" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  earshot_timeout(arg_TIMEOUT 60)
  add_executable(${arg_NAME} ${arg_SRCS})
  target_include_directories(${arg_NAME} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${arg_NAME} PRIVATE ${arg_DEPS} GTest::gtest
                        GTest::gmock GTest::gtest_main)
  target_compile_definitions(${arg_NAME} PRIVATE
    EARSHOT_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
    EARSHOT_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  earshot_warnings(${arg_NAME})
  earshot_precompiled(${arg_NAME} tests)
  earshot_unoptimised_tests(${arg_NAME})
  add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
  set_tests_properties(${arg_NAME} PROPERTIES LABELS "${arg_LABEL}"
                       TIMEOUT ${arg_TIMEOUT} COST ${arg_TIMEOUT})
  if("tsan" IN_LIST arg_LABEL)
    add_dependencies(tsan_tests ${arg_NAME})
  endif()
  earshot_note_test_sources(${arg_SRCS})
endfunction()

# The programs of the tests labelled tsan: all that the thread sanitizer needs.
add_custom_target(tsan_tests)

# The distribution's own Python goes first: its modules (zmq, protobuf) are not
# in one that a version manager puts in front.
find_program(EARSHOT_PYTHON python3 HINTS /usr/bin)

# earshot_python_test(NAME x_test SRC x_test.py [LABEL unit] [TIMEOUT 60]
#                     [ARGS ...])
# The script finds EARSHOT_SOURCE_DIR and EARSHOT_BIN_DIR in its environment.
function(earshot_python_test)
  cmake_parse_arguments(arg "" "NAME;SRC;TIMEOUT" "LABEL;ARGS" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  earshot_timeout(arg_TIMEOUT 60)
  if(NOT EARSHOT_PYTHON)
    message(FATAL_ERROR "The tests need python3: run deploy/packages test")
  endif()
  get_filename_component(source "${arg_SRC}" ABSOLUTE)
  set(environment
      "EARSHOT_SOURCE_DIR=${CMAKE_SOURCE_DIR}"
      "EARSHOT_BIN_DIR=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
      "PYTHONDONTWRITEBYTECODE=1")
  add_test(NAME ${arg_NAME} COMMAND "${EARSHOT_PYTHON}" "${source}" ${arg_ARGS})
  set_tests_properties(${arg_NAME} PROPERTIES LABELS "${arg_LABEL}"
                       TIMEOUT ${arg_TIMEOUT} COST ${arg_TIMEOUT}
                       ENVIRONMENT "${environment}")
  earshot_note_test_sources("${source}")
endfunction()

# earshot_fuzz(NAME x_fuzz SRCS x_fuzz.cc CORPUS folder DEPS ... [TIMEOUT 120])
# With EARSHOT_FUZZ a libFuzzer program, else one that can only replay. Its test
# gives every input of the corpus to the target once; TIMEOUT as above.
function(earshot_fuzz)
  cmake_parse_arguments(arg "" "NAME;CORPUS;TIMEOUT" "SRCS;DEPS" ${ARGN})
  earshot_timeout(arg_TIMEOUT 120)
  get_filename_component(corpus "${arg_CORPUS}" ABSOLUTE)
  add_executable(${arg_NAME} ${arg_SRCS}
                 "${CMAKE_SOURCE_DIR}/tests/fuzz/quiet_protobuf.cc")
  target_include_directories(${arg_NAME} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_link_libraries(${arg_NAME} PRIVATE ${arg_DEPS})
  earshot_warnings(${arg_NAME})
  if(EARSHOT_FUZZ)
    target_link_options(${arg_NAME} PRIVATE -fsanitize=fuzzer)
    # libFuzzer would pass over an empty folder in silence.
    file(GLOB inputs "${corpus}/*")
    if(NOT inputs)
      message(FATAL_ERROR "${arg_NAME}: ${corpus} has no input")
    endif()
    add_test(NAME ${arg_NAME} COMMAND ${arg_NAME} -runs=0 "${corpus}")
  else()
    target_sources(${arg_NAME} PRIVATE
                   "${CMAKE_SOURCE_DIR}/tests/fuzz/replay.cc")
    add_test(NAME ${arg_NAME} COMMAND ${arg_NAME} "${corpus}")
  endif()
  set_tests_properties(${arg_NAME} PROPERTIES LABELS fuzz
                       TIMEOUT ${arg_TIMEOUT})
  earshot_note_test_sources(${arg_SRCS})
endfunction()

# Every source of every registered test goes to test_sources.txt of the build
# tree, which tests/registration compares with the files on disk.
function(earshot_note_test_sources)
  foreach(source ${ARGN})
    get_filename_component(source "${source}" ABSOLUTE)
    set_property(GLOBAL APPEND PROPERTY EARSHOT_TEST_SOURCES "${source}")
  endforeach()
endfunction()

function(earshot_write_test_sources)
  get_property(sources GLOBAL PROPERTY EARSHOT_TEST_SOURCES)
  list(JOIN sources "\n" lines)
  file(WRITE "${CMAKE_BINARY_DIR}/test_sources.txt" "${lines}\n")
endfunction()
cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}"
               CALL earshot_write_test_sources)
