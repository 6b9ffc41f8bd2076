// Where instants stand on the time line. What happened within milliseconds and what came days later are both to be seen, so gaps are
// shortened: each stretch between neighbouring instants is as wide as the logarithm of its length.

export class Scale {
  /** `instants` in microseconds, in any order; the last stop is `now`. */
  constructor(instants, now) {
    this.stops = [...new Set(instants.filter((instant) => instant < now))].sort((a, b) => a - b).concat(now);
    const widths = this.stops.slice(1).map((stop, index) => 1 + Math.log2(1 + (stop - this.stops[index]) / 1000));
    const whole = widths.reduce((sum, width) => sum + width, 0);
    let sum = 0;
    this.places = [0, ...widths.map((width) => (sum += width) / whole)];
    if (this.stops.length === 1) this.places = [1];
  }

  get first() {
    return this.stops[0];
  }
  get now() {
    return this.stops.at(-1);
  }

  /** The number of the last stop at or before an instant; -1 before all. */
  indexAt(instant) {
    let [low, high] = [0, this.stops.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.stops[middle] <= instant) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** 0 to 1. */
  place(instant) {
    const index = this.indexAt(instant);
    if (index < 0) return 0;
    if (index === this.stops.length - 1) return 1;
    const part = (instant - this.stops[index]) / (this.stops[index + 1] - this.stops[index]);
    return this.places[index] + part * (this.places[index + 1] - this.places[index]);
  }

  /** The instant at a place; a stop that is near takes it. */
  instantAt(place, reach = 0.008) {
    const nearest = this.places.reduce((best, own, index) => (Math.abs(own - place) < Math.abs(this.places[best] - place) ? index : best), 0);
    if (Math.abs(this.places[nearest] - place) <= reach) return this.stops[nearest];
    const index = Math.max(0, this.places.findLastIndex((own) => own <= place));
    const part = (place - this.places[index]) / (this.places[index + 1] - this.places[index]);
    return Math.round(this.stops[index] + part * (this.stops[index + 1] - this.stops[index]));
  }
}
