// Documents for the console to show: a login that was processed three times, and others around it.

const send = async (base, method, path, body) => {
  const answer = await fetch(`${base}${path}`, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};

export const create = (base, path, document) => send(base, 'POST', path, document);
export const change = (base, path, members) => send(base, 'PATCH', path, members);
export const remove = (base, path) => send(base, 'DELETE', path);

const names = ['order_placed', 'page_view', 'user_logout', 'payment_received', 'password_changed', 'cart_updated'];

/** What else happens in such a service. */
const surroundings = async (base, times) => {
  for (let i = 0; i < times; i += 1) {
    const name = names[i % names.length];
    const timestamp = `2024-01-01T11:${String(10 + i).padStart(2, '0')}:00Z`;
    const raw = await create(base, '/raw-events/api', { name, data: { user_id: `user${100 + i}`, amount: 10 * i }, timestamp, source: 'shop' });
    const status = i % 7 === 3 ? 'FAILED' : i % 5 === 4 ? 'PARTIAL' : 'SUCCESS';
    await create(base, '/processed-events/api', { raw_event_id: raw.id, name, status, processing_time_ms: 12.5 + i });
  }
};

/** The ids: {raw, geo, risk, audit}. The geo lookup fails at first, the risk score is made twice, the audit is deleted in the end. */
export const tell = async (base, others = 12) => {
  await surroundings(base, others);
  const raw = await create(base, '/raw-events/api', {
    name: 'user_login',
    data: { user_id: 'user123', username: 'john_doe', ip_address: '192.168.1.100', session: { device: 'laptop', mfa: true, scopes: ['read', 'write'] } },
    timestamp: '2024-01-01T12:00:00Z',
    source: 'auth_service',
    version: '1.0',
    metadata: { trace: '4bf92f3577b34da6', attempt: 12345678901234567890n.toString() },
  });
  const processed = (document) => create(base, '/processed-events/api', { raw_event_id: raw.id, processed_timestamp: '2024-01-01T12:00:01Z', ...document });
  const geo = await processed({ name: 'geo_lookup', status: 'FAILED', error_message: 'geo service: 503 after 3 attempts', processing_time_ms: 3012.4 });
  const risk = await processed({ name: 'login_risk', status: 'SUCCESS', processed_data: { risk_score: 0.1, login_country: 'US' }, processing_time_ms: 45.2 });
  const audit = await processed({ name: 'audit_copy', status: 'PARTIAL', processed_timestamp: '2024-01-01T12:00:02Z', processing_time_ms: 8.75 });
  await change(base, `/processed-events/api/${risk.id}`, { processed_data: { risk_score: 0.7, reasons: ['new device'] }, processing_time_ms: 51.9 });
  await change(base, `/raw-events/api/${raw.id}`, { source: 'auth_service_eu', metadata: { corrected_by: 'support' } });
  await change(base, `/processed-events/api/${geo.id}`, { status: 'SUCCESS', error_message: null, processing_time_ms: 118.3, processed_data: { login_country: 'DE' } });
  await remove(base, `/processed-events/api/${audit.id}`);
  await processed({ name: 'fraud_model', status: 'FAILED', error_message: 'model v7: feature "country" is missing', processing_time_ms: 20.1 });
  return { raw: raw.id, geo: geo.id, risk: risk.id, audit: audit.id };
};
