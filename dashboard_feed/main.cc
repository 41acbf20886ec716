#include "dashboard_feed/commands.h"

int main(int argc, char** argv) {
  return earshot::feed::RunCommand(argc, argv);
}
