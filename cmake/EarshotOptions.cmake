# Language level, build type and the switches that presets set.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# The same for every source: some of the libraries ask for it, and precompiled
# headers would not fit the others.
add_compile_options(-pthread)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

set(EARSHOT_SANITIZE "" CACHE STRING
    "Sanitizers to build with, as -fsanitize takes them (address,undefined | thread)")
option(EARSHOT_FUZZ "Build the fuzz targets with libFuzzer (needs clang)" OFF)
# Off for whoever only builds it: another compiler warns of other things.
option(EARSHOT_WERROR "Treat warnings in our own targets as errors" OFF)

# All three programs stand side by side, so that scripts find them.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(EARSHOT_CCACHE ccache)
if(EARSHOT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without a run of the preprocessor for what is not cached, and with
  # precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_DEPEND=1 CCACHE_PCH_EXTSUM=1
      CCACHE_SLOPPINESS=pch_defines,time_macros "${EARSHOT_CCACHE}")
endif()

# A hundred test programs: a third of the time that the usual linker takes.
find_program(EARSHOT_LLD ld.lld)
if(EARSHOT_LLD AND BUILD_TESTING)
  add_link_options(-fuse-ld=lld)
endif()

if(EARSHOT_SANITIZE)
  add_compile_options(-fsanitize=${EARSHOT_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${EARSHOT_SANITIZE})
  # Some hundred thousand addresses are not written anew at each start: tests
  # start these programs some thousand times.
  add_link_options(-no-pie)
endif()
if(EARSHOT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
