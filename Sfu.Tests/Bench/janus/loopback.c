/*
 * Preloaded into Janus: it gathers no candidates on loopback interfaces, and the benchmark opens no port anywhere else. So the loopback
 * interface does not look like one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stddef.h>

int getifaddrs(struct ifaddrs **list) {
  int (*original)(struct ifaddrs **) = (int (*)(struct ifaddrs **))dlsym(RTLD_NEXT, "getifaddrs");
  int result = original(list);
  if (result == 0) {
    for (struct ifaddrs *entry = *list; entry != NULL; entry = entry->ifa_next) entry->ifa_flags &= ~(unsigned)IFF_LOOPBACK;
  }
  return result;
}
