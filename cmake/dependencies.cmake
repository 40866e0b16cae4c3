# SPDX-License-Identifier: Apache-2.0
# What the library stands on: SQLite, libsodium, threads. Sets `minipay_dependencies`.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium>=1.0.18)

if(MINIPAY_SQLITE_AMALGAMATION)
  add_library(minipay_sqlite OBJECT "${MINIPAY_SQLITE_AMALGAMATION}/sqlite3.c")
  target_include_directories(minipay_sqlite SYSTEM PUBLIC "${MINIPAY_SQLITE_AMALGAMATION}")
  target_compile_definitions(minipay_sqlite PRIVATE _GNU_SOURCE SQLITE_THREADSAFE=1 SQLITE_DQS=0
    SQLITE_OMIT_LOAD_EXTENSION SQLITE_OMIT_DEPRECATED SQLITE_DEFAULT_MEMSTATUS=0)
  target_compile_options(minipay_sqlite PRIVATE -w -O3)
  set_target_properties(minipay_sqlite PROPERTIES POSITION_INDEPENDENT_CODE ON)
  set(minipay_sqlite_objects $<TARGET_OBJECTS:minipay_sqlite>)
  set(minipay_sqlite $<BUILD_INTERFACE:minipay_sqlite>)
else()
  find_package(SQLite3 3.37 REQUIRED)
  set(minipay_sqlite SQLite::SQLite3)
  set(minipay_pc_sqlite "sqlite3 >= 3.37, ")
endif()
set(minipay_dependencies ${minipay_sqlite} PkgConfig::SODIUM Threads::Threads)
