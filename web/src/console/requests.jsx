// What the page has asked, and how long each answer took.
import { useSyncExternalStore } from 'react';
import { log } from './service.js';
import { milliseconds } from './time.js';

const size = (bytes) => (bytes === undefined ? '' : bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`);

const Request = ({ request: { method, path, status, ms, serverMs, bytes, failed } }) => (
  <tr className={failed ? 'failed' : undefined}>
    <td>{method}</td>
    <td className="path">{path}</td>
    <td>{status ?? 'no answer'}</td>
    <td className="number">
      {milliseconds(ms)} ms{serverMs !== undefined && ` (server ${milliseconds(serverMs)})`}
    </td>
    <td className="number">{size(bytes)}</td>
  </tr>
);

export const Requests = () => {
  const requests = useSyncExternalStore(log.subscribe, log.current);
  const [last] = requests;
  return (
    <details className="requests">
      <summary>
        Requests{' '}
        <span className="note">
          {last ? `${last.number}, the last in ${milliseconds(last.ms)} ms` : 'none'}
        </span>
      </summary>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th>Method</th>
              <th>Path</th>
              <th>Status</th>
              <th className="number">Time</th>
              <th className="number">Size</th>
            </tr>
          </thead>
          <tbody>
            {requests.slice(0, 60).map((request) => (
              <Request key={request.number} request={request} />
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
};
