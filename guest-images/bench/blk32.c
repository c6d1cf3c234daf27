// A disk with 32 requests in flight.
#define DEPTH 32
#define REQUESTS 100000
#include "blk.h"
