#include "router/commands.h"

int main(int argc, char** argv) {
  return earshot::router::RunCommand(argc, argv);
}
