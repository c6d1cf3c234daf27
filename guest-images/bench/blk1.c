// A disk with one request in flight.
#define DEPTH 1
#define REQUESTS 40000
#include "blk.h"
