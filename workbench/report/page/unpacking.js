/* Columns as workbench/report/packing.py wrote them. */

/* A property that is computed when it is first read. */
function lazily(object, name, found) {
  Object.defineProperty(object, name, {
    configurable: true,
    enumerable: true,
    get() {
      const value = found(object);
      Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
      return value;
    },
  });
}

function unpack(buffer) {
  const bytes = new Uint8Array(buffer);
  const size = new DataView(buffer).getUint32(0, true);
  let at = 4 + size;
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, at)));
  const tables = {};
  for (const [table, described] of Object.entries(header)) {
    const columns = { rows: described.rows, texts: {} };
    for (const [name, column] of Object.entries(described.columns)) {
      const part = bytes.subarray(at, at + column.bytes);
      at += column.bytes;
      lazily(columns, name, () => unpackedColumn(part, column, described.rows));
      if (column.form === "text") columns.texts[name] = column.texts;
    }
    tables[table] = columns;
  }
  return tables;
}

function unpackedColumn(part, column, rows) {
  if (column.form === "text") return Uint32Array.from(unpackedWhole(part, column, rows));
  if (column.form === "whole") return unpackedWhole(part, column, rows);
  if (column.known === undefined) return unpackedFloats(part, column, rows);
  const mask = (rows + 7) >> 3;
  const known = unpackedFloats(part.subarray(mask), column, column.known);
  const values = new Float64Array(rows).fill(NaN);
  for (let row = 0, next = 0; row < rows; row++) {
    if (!(part[row >> 3] & (128 >> (row & 7)))) values[row] = known[next++];
  }
  return values;
}

function unpackedFloats(part, column, size) {
  if (column.form === "float") {
    const joined = new Uint8Array(size * 8);
    for (let plane = 0; plane < 8; plane++) {
      for (let row = 0; row < size; row++) joined[row * 8 + plane] = part[plane * size + row];
    }
    return new Float64Array(joined.buffer);
  }
  const values = unpackedWhole(part, column, size);
  const scale = 10 ** column.decimals;
  if (scale > 1) for (let row = 0; row < size; row++) values[row] /= scale;
  const apart = part.slice(size * column.width);
  const exact = new Float64Array(apart.buffer, 0, column.apart.length);
  column.apart.forEach((row, place) => (values[row] = exact[place]));
  return values;
}

function unpackedWhole(part, column, rows) {
  const values = new Float64Array(rows);
  const { width } = column;
  if (width <= 3) {
    const [second, third] = [rows, 2 * rows];
    for (let row = 0; row < rows; row++) {
      let folded = part[row];
      if (width > 1) folded |= part[second + row] << 8;
      if (width > 2) folded |= part[third + row] << 16;
      values[row] = (folded >>> 1) ^ -(folded & 1);
    }
  } else unfolded(part, width, values);
  for (let order = 0; order < column.order; order++) {
    for (let row = 1, before = values[0]; row < rows; row++) values[row] = before += values[row];
  }
  return values;
}

/* Of more than three bytes: too much for whole numbers of 32 bits with a sign. */
function unfolded(part, width, values) {
  const rows = values.length;
  for (let plane = 0, weight = 1; plane < width; plane++, weight *= 256) {
    const first = plane * rows;
    for (let row = 0; row < rows; row++) values[row] += weight * part[first + row];
  }
  for (let row = 0; row < rows; row++) {
    const half = Math.floor(values[row] / 2);
    values[row] = values[row] === 2 * half ? half : -half - 1;
  }
}
