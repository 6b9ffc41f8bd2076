// Takes a token or an API key, where the service asks for one. All is read anew with it, and when it is forgotten.
import { useState } from 'react';
import { forget, isKept, keep } from '../credentials.js';
import { credentials } from './service.js';

/** A token has three parts; where the service takes but one of both, it is that. */
const isToken = (text) => credentials.tokens && (!credentials.keys || /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text));

const kinds = () => [credentials.tokens && 'token', credentials.keys && 'API key'].filter(Boolean).join(' or ');
const label = () => kinds().replace(/^t/, 'T');

const Field = () => {
  const [text, setText] = useState('');
  const submit = (event) => {
    event.preventDefault();
    const given = text.trim();
    if (!given) return;
    keep(`${isToken(given) ? 'Bearer' : 'ApiKey'} ${given}`);
    location.reload();
  };
  return (
    <form className="credentials" onSubmit={submit}>
      <input type="password" autoComplete="off" aria-label={label()} placeholder={label()} value={text} onChange={(event) => setText(event.target.value)} />
      <button type="submit">Use</button>
    </form>
  );
};

const Forget = () => {
  const leave = () => {
    forget();
    location.reload();
  };
  return (
    <button type="button" onClick={leave}>
      Forget the {kinds()}
    </button>
  );
};

export const Credentials = () => credentials && (isKept() ? <Forget /> : <Field />);
