#include "dashboard_feed/commands.h"

// jemalloc's: a digest goes through all that there is, and with small pages
// waits for their addresses a third of its time. What one needed the next one
// has, whichever thread it is on: what was freed is kept, up to the most that
// was ever in use.
extern "C" {
const char* malloc_conf =
    "thp:always,narenas:1,oversize_threshold:0,dirty_decay_ms:-1,"
    "muzzy_decay_ms:-1";
}

int main(int argc, char** argv) {
  return earshot::feed::RunCommand(argc, argv);
}
