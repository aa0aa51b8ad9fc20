// How many CPUs this process may use.
#pragma once

namespace arrayforge::parallel {

// The smaller of the affinity mask and the quota of the process's cgroup (v1 or v2), rounded up; at
// least 1.
int available_cpus();

}  // namespace arrayforge::parallel
