// A bounded memory of values by their keys. Knows nothing of what is remembered.

/** The value of a key, made where there is none; those that were asked for longest ago are forgotten. */
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
