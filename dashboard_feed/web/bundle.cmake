# What scripts add to the leader's page, in one file. esbuild and uPlot come by
# `npm ci` (deploy/packages); where they are not there, pages come without
# script. Sets EARSHOT_PAGE_CSS, the files of the stylesheet, and
# EARSHOT_PAGE_SCRIPT, one file.
set(EARSHOT_WEB "${CMAKE_CURRENT_SOURCE_DIR}/web")
set(EARSHOT_PAGE_CSS ../base/look/look.css page/parts/page.css)
set(EARSHOT_BUNDLE "${CMAKE_CURRENT_BINARY_DIR}/web")
file(GLOB EARSHOT_ESBUILD CONFIGURE_DEPENDS
     "${EARSHOT_WEB}/node_modules/@esbuild/*/bin/esbuild")
if(EARSHOT_ESBUILD AND EXISTS "${EARSHOT_WEB}/node_modules/uplot")
  list(GET EARSHOT_ESBUILD 0 EARSHOT_ESBUILD)
  file(GLOB EARSHOT_SCRIPTS CONFIGURE_DEPENDS "${EARSHOT_WEB}/src/*.ts")
  set(EARSHOT_PAGE_SCRIPT "${EARSHOT_BUNDLE}/page.js")
  list(APPEND EARSHOT_PAGE_CSS "${EARSHOT_BUNDLE}/page.css")
  add_custom_command(
    OUTPUT "${EARSHOT_BUNDLE}/page.js" "${EARSHOT_BUNDLE}/page.css"
    COMMAND "${EARSHOT_ESBUILD}" "${EARSHOT_WEB}/src/main.ts" --bundle --minify
            --format=esm --target=es2020 --legal-comments=eof
            --log-level=warning "--outfile=${EARSHOT_BUNDLE}/page.js"
    DEPENDS ${EARSHOT_SCRIPTS} "${EARSHOT_WEB}/package-lock.json"
    COMMENT "Bundling the page's script")
else()
  message(STATUS "No esbuild: the leader's page comes without script; "
                 "'deploy/packages build' fetches it")
  set(EARSHOT_PAGE_SCRIPT "${EARSHOT_BUNDLE}/page.js")
  file(CONFIGURE OUTPUT "${EARSHOT_PAGE_SCRIPT}" CONTENT "")
endif()
