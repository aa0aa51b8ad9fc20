// A quota may be set on any ancestor of the process's cgroup, so every level up to the root is
// asked. Inside a container the path of the host may not exist; the walk upwards then ends at the
// mounted root.
#include "parallel_cpus.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

#ifdef __linux__
#include <sched.h>
#endif

namespace arrayforge::parallel {
namespace {

int affinity_cpus() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(CPU_COUNT(&set), 1);
#endif
  return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
}

// In CPUs; infinite where a level sets none.
double quota_v2(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  double quota = 0;
  double period = 0;
  return file >> quota >> period && quota > 0 && period > 0 ? quota / period : HUGE_VAL;
}

double quota_v1(const std::string& folder) {
  std::ifstream quota_file(folder + "/cpu.cfs_quota_us");
  std::ifstream period_file(folder + "/cpu.cfs_period_us");
  double quota = 0;
  double period = 0;
  const bool is_set = quota_file >> quota && period_file >> period && quota > 0 && period > 0;
  return is_set ? quota / period : HUGE_VAL;
}

double smallest_quota(const std::string& root, std::string path,
                      double (*quota)(const std::string&)) {
  double smallest = quota(root);
  while (path.size() > 1) {
    smallest = std::min(smallest, quota(root + path));
    path.resize(path.rfind('/') == std::string::npos ? 0 : path.rfind('/'));
  }
  return smallest;
}

double cgroup_cpus() {
  double cpus = HUGE_VAL;
  std::ifstream file("/proc/self/cgroup");
  // Each line is number:controllers:path; version 2 has no controllers.
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string path = line.substr(second + 1);
    if (controllers == ",,") {
      cpus = std::min(cpus, smallest_quota("/sys/fs/cgroup", path, quota_v2));
    } else if (controllers.find(",cpu,") != std::string::npos) {
      cpus = std::min(cpus, smallest_quota("/sys/fs/cgroup/cpu", path, quota_v1));
    }
  }
  return cpus;
}

}  // namespace

int available_cpus() {
  const int affinity = affinity_cpus();
  const double quota = std::ceil(cgroup_cpus());
  return quota < affinity ? std::max(static_cast<int>(quota), 1) : affinity;
}

}  // namespace arrayforge::parallel
