// Swagger UI for the document beside this page.
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import './swagger.css';

const page = location.pathname.replace(/\/*$/, '');

/**
 * "Try it out" goes where this page came from, whatever address the document names: the service may be reached under another name or port
 * or below a proxy's prefix. The document's paths start at the service's root, and its first one is that of the API.
 */
const withOwnServer = (spec) => {
  const api = Object.keys(spec.paths ?? {})[0] ?? '';
  const below = `${api}/api-docs`;
  const prefix = page.endsWith(below) ? page.slice(0, -below.length) : '';
  return { ...spec, servers: [{ url: location.origin + prefix }] };
};

const answer = await fetch(`${page}/swagger.json`, { headers: { Accept: 'application/json' } });
const spec = answer.ok ? withOwnServer(await answer.json()) : undefined;
if (spec) {
  SwaggerUI({ dom_id: '#page', spec, deepLinking: true, tryItOutEnabled: true, validatorUrl: 'none', displayRequestDuration: true });
} else {
  document.getElementById('page').textContent = `The document at ${page}/swagger.json cannot be read: ${answer.status} ${answer.statusText}`;
}
