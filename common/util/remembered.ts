// A bounded cache of values by their keys. Knows nothing about the values.

/** The value of a key, computed if it is missing. The values that were used longest ago are dropped. */
export function remembered<Key, Value>(
  values: Map<Key, Value>,
  key: Key,
  most: number,
  make: (key: Key) => Value,
): Value {
  const value = values.get(key) ?? make(key);
  values.delete(key);
  values.set(key, value);
  if (values.size > most) values.delete(values.keys().next().value!);
  return value;
}
