#include "agents/commands.h"

int main(int argc, char** argv) {
  return earshot::agents::RunCommandLine(argc, argv);
}
