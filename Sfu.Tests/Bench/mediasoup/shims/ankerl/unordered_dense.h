// The hash map that mediasoup uses is not among Debian's packages. Abseil's, which mediasoup used before 3.20, has the same interface
// as far as the worker needs it, but for what erase() returns.
#pragma once

#include <iterator>

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/hash/hash.h>

namespace ankerl::unordered_dense
{
template <class Table>
class WithErase : public Table
{
public:
    using Table::Table;
    using Table::erase;

    typename Table::iterator erase(typename Table::iterator position)
    {
        auto next = std::next(position);
        Table::erase(position);
        return next;
    }
};

template <class T>
using hash = absl::Hash<T>;

template <class Key, class T, class Hash = typename absl::flat_hash_map<Key, T>::hasher>
using map = WithErase<absl::flat_hash_map<Key, T, Hash>>;

template <class Key, class Hash = typename absl::flat_hash_set<Key>::hasher>
using set = WithErase<absl::flat_hash_set<Key, Hash>>;
}
