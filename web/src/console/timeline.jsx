// The versions of all that is shown, on one line of time, and the slider that chooses the instant. Arrow keys go from version to version.
import { useEffect, useRef, useState } from 'react';
import { toneOf } from './parts.jsx';
import { instantText, lastMicros, shown } from './time.js';
import { wordAt } from './json.js';

const steps = 1000;
const lanesMax = 9;
const pause = 120; // milliseconds that the slider rests before anything is read

const percent = (place) => `${(place * 100).toFixed(3)}%`;

const Mark = ({ version, entity, scale, choose }) => (
  <span
    className={`mark ${version.deleted ? 'deleted' : toneOf(wordAt(version.document, entity.status))}`}
    style={{ left: percent(scale.place(version.recorded)) }}
    title={`version ${version.version}${version.deleted ? ', deleted' : ''}, ${shown(version.recorded)}`}
    onClick={() => choose(version.recordedText)}
  />
);

/** From a version to the next, in the colour of its status; nothing while the document is deleted. */
const Stretch = ({ version, until, entity, scale }) => {
  if (version.deleted) return null;
  const left = scale.place(version.recorded);
  const style = { left: percent(left), width: percent(scale.place(until) - left) };
  return <span className={`stretch ${toneOf(wordAt(version.document, entity.status))}`} style={style} />;
};

const Lane = ({ lane: { label, kind, tracks }, scale, choose }) => (
  <div className={`lane ${kind}`}>
    <span className="label">{label}</span>
    <div className="track">
      {tracks.map(({ entity, id, read }) =>
        read.versions.map((version, index) => (
          <span key={`${id} ${version.version}`}>
            {tracks.length === 1 && <Stretch version={version} until={read.versions[index - 1]?.recorded ?? scale.now} entity={entity} scale={scale} />}
            <Mark version={version} entity={entity} scale={scale} choose={choose} />
          </span>
        )),
      )}
    </div>
  </div>
);

/** As many lanes as can be seen, and one more for all others together. */
const lanesOf = (tracks) => {
  const lanes = tracks.slice(0, lanesMax).map((track) => ({ ...track, tracks: [track] }));
  const others = tracks.slice(lanesMax);
  return others.length > 0 ? [...lanes, { label: `${others.length} more`, kind: 'child', tracks: others }] : lanes;
};

/** The instant that is wanted, and a way to want another, which is told once it rests. */
const useDraft = (at, commit) => {
  const [draft, setDraft] = useState({ at, of: at });
  const timer = useRef(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const wanted = draft.of === at ? draft.at : at;
  const choose = (next) => {
    setDraft({ at: next, of: at });
    clearTimeout(timer.current);
    timer.current = setTimeout(() => commit(next), pause);
  };
  return [wanted, choose];
};

/** The stop before or after an instant; nothing is now. */
const neighbour = (scale, at, step) => {
  const instant = at ? lastMicros(at) : scale.now;
  const index = scale.indexAt(instant);
  const isStop = scale.stops[index] === instant;
  const next = Math.max(0, step < 0 && !isStop ? index : index + step);
  return next >= scale.stops.length - 1 ? undefined : instantText(scale.stops[next]);
};

/** `tracks`: [{entity, id, label, kind, read}]. `at` is the instant, undefined for now. */
export const Timeline = ({ tracks, scale, at, commit, isLoading }) => {
  const [wanted, choose] = useDraft(at, commit);
  const place = wanted && Number.isFinite(lastMicros(wanted)) ? scale.place(lastMicros(wanted)) : 1;
  const words = wanted ? `${shown(lastMicros(wanted)) || wanted} UTC` : 'now';
  const slide = (value) => choose(value >= steps ? undefined : instantText(scale.instantAt(value / steps)));
  const keys = {
    ArrowLeft: () => choose(neighbour(scale, wanted, -1)),
    ArrowDown: () => choose(neighbour(scale, wanted, -1)),
    ArrowRight: () => choose(neighbour(scale, wanted, 1)),
    ArrowUp: () => choose(neighbour(scale, wanted, 1)),
    Home: () => choose(scale.stops.length > 1 ? instantText(scale.first) : undefined),
    End: () => choose(undefined),
  };
  const onKeyDown = (event) => {
    if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key]();
  };
  return (
    <section className="time" aria-label="Time">
      <div className="lane axis" aria-hidden="true" title="Gaps are shortened: each is as wide as the logarithm of its length.">
        <span className="label" />
        <span className="ends">
          <span>{scale.stops.length > 1 && shown(scale.first)}</span>
          <span>now</span>
        </span>
      </div>
      <div className="lanes" aria-hidden="true">
        {lanesOf(tracks).map((lane) => (
          <Lane key={`${lane.entity?.name} ${lane.id}`} lane={lane} scale={scale} choose={choose} />
        ))}
        <div className="lane cursor">
          <span className="label" />
          <div className="track">
            <span className="cursor" style={{ left: percent(place) }} />
          </div>
        </div>
      </div>
      <div className="lane slider">
        <label className="label" htmlFor="at">
          As of
        </label>
        <input
          id="at"
          type="range"
          min="0"
          max={steps}
          step="1"
          value={Math.round(place * steps)}
          aria-valuetext={words}
          onChange={(event) => slide(Number(event.target.value))}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className="instant">
        <output htmlFor="at" className={isLoading ? 'loading' : undefined}>
          {words}
        </output>
        <span className="buttons">
          <button type="button" className="small" onClick={() => choose(neighbour(scale, wanted, -1))} disabled={wanted ? lastMicros(wanted) <= scale.first : scale.stops.length < 2}>
            ◂ earlier
          </button>
          <button type="button" className="small" onClick={() => choose(neighbour(scale, wanted, 1))} disabled={!wanted}>
            later ▸
          </button>
          <button type="button" className="small" onClick={() => choose(undefined)} disabled={!wanted}>
            now
          </button>
        </span>
      </div>
    </section>
  );
};
