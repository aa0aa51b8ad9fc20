// Methods of Array.
#include "array_type.h"

namespace arrayforge {

PyMethodDef array_methods[] = {
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace arrayforge
