// Instants are microseconds since 1970, which a number holds exactly; their texts are RFC 3339 in UTC.

const pattern = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[-+]\d\d:\d\d)$/;

/** NaN for what is no instant. */
export const microsOf = (text) => {
  const [, date, time, fraction = '', zone] = pattern.exec(text ?? '') ?? [];
  return date ? Date.parse(`${date}T${time}${zone.toUpperCase()}`) * 1000 + Number(`${fraction}000000`.slice(0, 6)) : NaN;
};

/** The last microsecond that `at` covers, as the server reads it: one that is given to the millisecond covers it whole. */
export const lastMicros = (at) => {
  if (/^\d+$/.test(at)) return Number(at) * 1000 + 999;
  const digits = /\.(\d+)/.exec(at)?.[1].length ?? 0;
  return microsOf(at) + (digits > 3 ? 0 : 999);
};

export const instantText = (micros) => `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1)}${String(micros % 1000).padStart(3, '0')}Z`;

/** For people: "2026-11-26 08:15:01.123". */
export const shown = (micros) => (Number.isFinite(micros) ? instantText(micros).replace('T', ' ').slice(0, 23).replace(/\.000$/, '') : '');

const units = [
  [86_400_000_000, 'd'],
  [3_600_000_000, 'h'],
  [60_000_000, 'min'],
  [1_000_000, 's'],
  [1_000, 'ms'],
  [1, 'µs'],
];

/** "1.25 s", "3 ms", "2 d"; signed. */
export const span = (micros) => {
  const [size, unit] = units.find(([least]) => Math.abs(micros) >= least) ?? units.at(-1);
  return `${Number((micros / size).toPrecision(3))} ${unit}`;
};

export const milliseconds = (ms) => (ms < 10 ? ms.toFixed(1) : ms < 10_000 ? Math.round(ms).toString() : `${(ms / 1000).toFixed(1)} k`);
