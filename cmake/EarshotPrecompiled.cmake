# Precompiled headers of the libraries and of the generated messages: reading
# them is three quarters of a compiler's time on a typical source. Only where a
# preset asks (EARSHOT_PRECOMPILED): the release build and clang-tidy read every
# header where it is included, so that a forgotten #include does not stay unseen,
# and which room may include what is checked by tests/layering.
option(EARSHOT_PRECOMPILED "Read the libraries' headers once for all sources" OFF)

# Likewise where a preset asks: the sources of a room, a dozen at a time, in one
# go of the compiler.
option(EARSHOT_TOGETHER "Compile the sources of a room together" OFF)

set(earshot_precompiled_rooms
  <algorithm> <array> <atomic> <chrono> <cmath> <condition_variable> <cstdint>
  <cstdio> <cstdlib> <cstring> <deque> <filesystem> <fstream> <functional>
  <iostream> <iterator> <limits> <map> <memory> <mutex> <numeric> <optional>
  <random> <set> <span> <sstream> <string> <string_view> <thread> <tuple>
  <unordered_map> <utility> <variant> <vector>
  <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h>
  <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_join.h>
  <absl/strings/str_split.h> <absl/synchronization/mutex.h> <absl/time/time.h>
  <fmt/format.h> <google/protobuf/message.h> <google/protobuf/map_field.h>
  <google/protobuf/repeated_field.h>
  <earshot/v1/configuration.pb.h> <earshot/v1/digest.pb.h>
  <earshot/v1/log.pb.h> <earshot/v1/session.pb.h>)
# g++ instantiates this one's templates anew for every source.
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  list(APPEND earshot_precompiled_rooms <nlohmann/json.hpp>)
endif()
set(earshot_precompiled_tests <gmock/gmock.h> <gtest/gtest.h>)

# The same definitions wherever the headers are used: another one would make the
# compiler read everything again.
function(earshot_precompiled_definitions target)
  foreach(library fmt::fmt nlohmann_json::nlohmann_json protobuf::libprotobuf)
    target_compile_definitions(${target} PRIVATE
      $<TARGET_PROPERTY:${library},INTERFACE_COMPILE_DEFINITIONS>)
  endforeach()
endfunction()

# So that ccache sees which headers were precompiled.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  set(earshot_precompiled_options -fpch-preprocess)
endif()

# earshot_precompiled(target rooms|tests)
function(earshot_precompiled target which)
  if(EARSHOT_PRECOMPILED)
    earshot_precompiled_definitions(${target})
    target_precompile_headers(${target} REUSE_FROM earshot_precompiled_${which})
    target_compile_options(${target} PRIVATE ${earshot_precompiled_options})
  endif()
endfunction()

# Tests themselves, and their precompiled headers with them: two thirds of
# a sanitizing compiler's time goes into optimising them. What they test is
# optimised.
function(earshot_unoptimised_tests target)
  if(EARSHOT_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

if(EARSHOT_PRECOMPILED)
  set(source "${CMAKE_BINARY_DIR}/precompiled.cc")
  file(CONFIGURE OUTPUT "${source}" CONTENT "int main() {}\n")
  # A program and a library: code for either is generated differently.
  add_library(earshot_precompiled_rooms OBJECT "${source}")
  add_executable(earshot_precompiled_tests "${source}")
  target_precompile_headers(earshot_precompiled_rooms PRIVATE
                            ${earshot_precompiled_rooms})
  target_precompile_headers(earshot_precompiled_tests PRIVATE
                            ${earshot_precompiled_rooms}
                            ${earshot_precompiled_tests})
  set_target_properties(earshot_precompiled_rooms earshot_precompiled_tests
                        PROPERTIES CXX_COMPILER_LAUNCHER
                        "${CMAKE_SOURCE_DIR}/cmake/precompile")
  foreach(which rooms tests)
    target_link_libraries(earshot_precompiled_${which} PRIVATE
      fmt::fmt nlohmann_json::nlohmann_json earshot::proto
      earshot::session_proto absl::flat_hash_map absl::flat_hash_set
      absl::statusor absl::strings absl::synchronization absl::time)
    earshot_precompiled_definitions(earshot_precompiled_${which})
    # Warnings too: -Wpedantic takes some of the compiler's own macros away.
    earshot_warnings(earshot_precompiled_${which})
  endforeach()
  earshot_unoptimised_tests(earshot_precompiled_tests)
  target_link_libraries(earshot_precompiled_tests PRIVATE GTest::gtest
                        GTest::gmock)
endif()
