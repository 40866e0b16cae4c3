# SPDX-License-Identifier: Apache-2.0
# ctest. Every test starts in a directory of its own, empty at the start.
#
#   tests/**/test_*.c            a cmocka program; labelled `threads` when its name says so, and with its folder
#   tests/**/test_*.{sh,py}      a script
#   tests/tidy/*.{sh,py}         house rules
#   examples/*.c                 a program that must end with 0
#   fuzz/fuzz_*.c                (MINIPAY_FUZZ) a bounded number of runs from what fuzz/seeds.py makes

set(tests_dir "${PROJECT_SOURCE_DIR}/tests")
set(test_environment
  "MINIPAY_SOURCE_DIR=${PROJECT_SOURCE_DIR}" "MINIPAY_BUILD_DIR=${PROJECT_BINARY_DIR}"
  "MINIPAY_LIBRARY=$<TARGET_FILE:minipay_shared>" "CC=${CMAKE_C_COMPILER}" "PYTHONDONTWRITEBYTECODE=1"
  "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
  "UBSAN_OPTIONS=print_stacktrace=1" "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1")
if(TARGET minipay_tool)
  list(APPEND test_environment "MINIPAY_TOOL=$<TARGET_FILE:minipay_tool>")
endif()

function(minipay_test name labels)
  set(place "${PROJECT_BINARY_DIR}/run/${name}")
  add_test(NAME ${name} COMMAND sh -c "rm -rf \"$0\" && mkdir -p \"$0\" && cd \"$0\" && exec \"$@\" </dev/null" ${place} ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS "${labels}"
                       ENVIRONMENT "${test_environment};MINIPAY_STATUSES=${place}/statuses"
                       TIMEOUT 300 SKIP_RETURN_CODE 77)
endfunction()

function(minipay_program name source)
  add_executable(${name} "${source}")
  target_link_libraries(${name} PRIVATE minipay_flags minipay::static ${ARGN})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
endfunction()

if(MINIPAY_BUILD_TESTS)
  pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)

  add_library(minipay_test_support INTERFACE)
  target_include_directories(minipay_test_support INTERFACE "${PROJECT_SOURCE_DIR}/src" "${tests_dir}"
                             "${tests_dir}/support")
  target_compile_definitions(minipay_test_support INTERFACE "MINIPAY_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\""
                             "MINIPAY_SOVERSION=${MINIPAY_SOVERSION}")
  target_link_libraries(minipay_test_support INTERFACE minipay_flags minipay::static PkgConfig::CMOCKA
                        ${minipay_dependencies})
  # Every answer of every public call in a C test is noted; tests/tidy/statuses.py holds the notes against the headers.
  set(noted "${PROJECT_BINARY_DIR}/noted")
  file(GLOB_RECURSE public_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/*.h")
  add_custom_command(OUTPUT "${noted}/statuses.h" "${noted}/statuses.c"
    COMMAND "${Python3_EXECUTABLE}" "${tests_dir}/tidy/statuses.py" --generate "${noted}"
    DEPENDS "${tests_dir}/tidy/statuses.py" ${public_headers} VERBATIM)
  add_library(minipay_noted OBJECT "${noted}/statuses.c")
  target_link_libraries(minipay_noted PRIVATE minipay_flags)
  target_include_directories(minipay_noted PRIVATE "${PROJECT_SOURCE_DIR}/include")
  target_compile_options(minipay_test_support INTERFACE "SHELL:-include \"${noted}/statuses.h\"")

  file(GLOB support_sources CONFIGURE_DEPENDS "${tests_dir}/support/*.c" "${tests_dir}/store/conformance/*.c")
  if(support_sources)
    add_library(minipay_test_helpers STATIC ${support_sources})
    target_link_libraries(minipay_test_helpers PUBLIC minipay_test_support)
    add_dependencies(minipay_test_helpers minipay_noted)
    set(helpers minipay_test_helpers)
  endif()

  # Data that is kept packed, unpacked for C tests.
  set(test_data "${PROJECT_BINARY_DIR}/data")
  foreach(name IN ITEMS schema-1/day.db schema-1/day.db.bank)
    add_custom_command(OUTPUT "${test_data}/${name}" DEPENDS "${tests_dir}/data/${name}.xz"
      COMMAND "${Python3_EXECUTABLE}" -c
        "import lzma,os,sys; os.makedirs(os.path.dirname(sys.argv[2]),exist_ok=True); open(sys.argv[2],'wb').write(lzma.open(sys.argv[1]).read())"
        "${tests_dir}/data/${name}.xz" "${test_data}/${name}" VERBATIM)
    list(APPEND unpacked "${test_data}/${name}")
  endforeach()
  add_custom_target(minipay_test_data ALL DEPENDS ${unpacked})
  target_compile_definitions(minipay_test_support INTERFACE "MINIPAY_TEST_DATA_DIR=\"${test_data}\"")

  # The API's tests run a second time, with a store for each context. Not yet: atomic batches, the audit and
  # checkpoints of several stores, and what reads the one file by hand.
  set(apart_folders api banking membership payment policy saga settlement transfer wallet)
  set(not_apart test_atomic test_audit test_audit_threads test_checkpoint test_credentials test_faults
      test_faults_of_memory test_faults_of_sqlite_memory test_kinds test_outcome test_policy_stored test_random_days
      test_same_books test_secret_cost test_tamper test_tamper_reopened test_without_bank)
  file(GLOB_RECURSE test_sources CONFIGURE_DEPENDS "${tests_dir}/test_*.c")
  foreach(source IN LISTS test_sources)
    cmake_path(GET source STEM name)
    cmake_path(GET source PARENT_PATH folder)
    cmake_path(GET folder STEM labels)
    if(name MATCHES "threads")
      list(APPEND labels threads)
    endif()
    minipay_program(${name} "${source}" ${helpers} minipay_test_support)
    target_sources(${name} PRIVATE $<TARGET_OBJECTS:minipay_noted>)
    add_dependencies(${name} minipay_noted)
    list(APPEND noted_tests ${name})
    list(GET labels 0 of_folder)
    if(of_folder IN_LIST apart_folders AND NOT name IN_LIST not_apart)
      minipay_test(${name}_apart "${labels};apart" $<TARGET_FILE:${name}>)
      set_property(TEST ${name}_apart APPEND PROPERTY ENVIRONMENT "MINIPAY_TEST_STORES=apart")
    endif()
    minipay_test(${name} "${labels}" $<TARGET_FILE:${name}>)
    if(name STREQUAL "test_faults_of_memory")
      target_link_options(${name} PRIVATE LINKER:--wrap=malloc,--wrap=calloc,--wrap=realloc)
    endif()
  endforeach()

  file(GLOB examples CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/examples/*.c")
  foreach(source IN LISTS examples)
    cmake_path(GET source STEM name)
    minipay_program(example_${name} "${source}")
    minipay_test(example_${name} examples $<TARGET_FILE:example_${name}>)
  endforeach()

  # Scripts look at sources and at what is installed: once, in the plain build, is enough.
  if(NOT MINIPAY_SANITIZE)
    file(GLOB_RECURSE scripts CONFIGURE_DEPENDS "${tests_dir}/test_*.sh" "${tests_dir}/test_*.py")
    file(GLOB tidy CONFIGURE_DEPENDS "${tests_dir}/tidy/*.sh" "${tests_dir}/tidy/*.py")
    foreach(script IN LISTS scripts tidy)
      cmake_path(GET script STEM name)
      cmake_path(GET script PARENT_PATH folder)
      cmake_path(GET folder STEM label)
      if(script MATCHES "\\.py$")
        set(interpreter "${Python3_EXECUTABLE}")
      else()
        set(interpreter bash)
      endif()
      if(label STREQUAL "tidy")
        set(name tidy_${name})
      endif()
      minipay_test(${name} ${label} "${interpreter}" "${script}")
    endforeach()
    list(JOIN noted_tests "\n" noted_list)
    file(WRITE "${PROJECT_BINARY_DIR}/noted_tests.txt" "${noted_list}\n")
    set_tests_properties(tidy_statuses PROPERTIES DEPENDS "${noted_tests}")
  endif()
endif()

if(MINIPAY_FUZZ)
  pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka) # the small world of the tests
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(fuzz_dir "${PROJECT_SOURCE_DIR}/fuzz")
  # Enough to notice what breaks at once, in seconds; a person lets them run for hours.
  set(runs_values 200000)
  set(runs_record 200000)
  set(runs_calls 400)
  file(GLOB fuzz_sources CONFIGURE_DEPENDS "${fuzz_dir}/fuzz_*.c")
  foreach(source IN LISTS fuzz_sources)
    cmake_path(GET source STEM name)
    string(REGEX REPLACE "^fuzz_" "" subject ${name})
    minipay_program(${name} "${source}" PkgConfig::CMOCKA ${minipay_dependencies})
    target_sources(${name} PRIVATE "${tests_dir}/support/world.c")
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${tests_dir}/support")
    target_compile_definitions(${name} PRIVATE "MINIPAY_TEST_DATA_DIR=\"${PROJECT_BINARY_DIR}\"")
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    # What it finds goes to the folder `found` of the test's place, never into the sources.
    minipay_test(${name} fuzz sh -c "mkdir found && \"$1\" \"$2\" \"$3\" seeds && exec \"$4\" -seed=1 -error_exitcode=1 -runs=$5 -timeout=20 found seeds"
      sh "${Python3_EXECUTABLE}" "${fuzz_dir}/seeds.py" ${subject} $<TARGET_FILE:${name}> ${runs_${subject}})
  endforeach()
endif()
