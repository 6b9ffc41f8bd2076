// Makes a screenshot smaller: its colours become the 256 most frequent ones, which a page of text hardly has more of.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const chunksOf = (png) => {
  const chunks = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + png.readUInt32BE(at)) });
  }
  return chunks;
};

const chunk = (type, data) => {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};

/** What a filter of PNG adds to a byte: of its left, upper and upper left neighbours. */
const predicted = (filter, left, up, corner) => {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const [a, b, c] = [left, up, corner].map((one) => Math.abs(left + up - corner - one));
  return a <= b && a <= c ? left : b <= c ? up : corner;
};

/** The bytes of all pixels, row by row, without filters. */
const pixelsOf = (raw, width, height, size) => {
  const row = width * size;
  const pixels = Buffer.alloc(row * height);
  const at = (x, y) => (x < 0 || y < 0 ? 0 : pixels[y * row + x]);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (row + 1)];
    for (let x = 0; x < row; x += 1) {
      pixels[y * row + x] = raw[y * (row + 1) + 1 + x] + predicted(filter, at(x - size, y), at(x, y - 1), at(x - size, y - 1));
    }
  }
  return pixels;
};

/** The nearest colour for each that there is, among the most frequent ones: [palette, colour to its number]. */
const paletteOf = (pixels, size) => {
  const counts = new Map();
  for (let at = 0; at < pixels.length; at += size) {
    const colour = pixels.readUIntBE(at, 3);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = [...counts].sort((one, other) => other[1] - one[1]).slice(0, 256).map(([colour]) => colour);
  const distance = (one, other) => [16, 8, 0].reduce((sum, shift) => sum + (((one >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0);
  const nearest = (colour) => palette.reduce((best, own, number) => (distance(own, colour) < distance(palette[best], colour) ? number : best), 0);
  return [palette, new Map([...counts.keys()].map((colour) => [colour, nearest(colour)]))];
};

/** Of a PNG as Chromium makes them: 8 bits for each of 3 or 4 channels, not interlaced. */
export const withFewerColours = (png) => {
  const chunks = chunksOf(png);
  const of = (type) => Buffer.concat(chunks.filter((one) => one.type === type).map(({ data }) => data));
  const header = Buffer.from(of('IHDR'));
  const [width, height, size] = [header.readUInt32BE(0), header.readUInt32BE(4), header[9] === 6 ? 4 : 3];
  const pixels = pixelsOf(inflateSync(of('IDAT')), width, height, size);
  const [palette, numbers] = paletteOf(pixels, size);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) rows[y * (width + 1) + 1 + x] = numbers.get(pixels.readUIntBE((y * width + x) * size, 3));
  }
  header[9] = 3; // by palette
  const colours = Buffer.alloc(palette.length * 3);
  palette.forEach((colour, number) => colours.writeUIntBE(colour, number * 3, 3));
  const packed = deflateSync(rows, { level: 9, memLevel: 9 });
  return Buffer.concat([png.subarray(0, 8), chunk('IHDR', header), chunk('PLTE', colours), chunk('IDAT', packed), chunk('IEND', Buffer.alloc(0))]);
};
