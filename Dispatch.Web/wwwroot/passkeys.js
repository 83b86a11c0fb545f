// Forms with data-passkey="create" or "get": the host gives a challenge, the authenticator answers, the form is posted with the answer.
const canUse = isSecureContext
  && globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON
  && PublicKeyCredential.parseRequestOptionsFromJSON;

const inBase64Url = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

// By hand, because credential.toJSON() throws with some password managers' own objects.
function asJson(credential) {
  const response = { clientDataJSON: inBase64Url(credential.response.clientDataJSON) };
  for (const part of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (credential.response[part]) response[part] = inBase64Url(credential.response[part]);
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: inBase64Url(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults?.() ?? {},
    response,
  });
}

async function challengeFor(form) {
  const response = await fetch(form.dataset.challenge, {
    method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'error'
  });
  if (response.ok) return response.json();
  const envelope = await response.json().catch(() => null);
  throw new Error(envelope?.message ?? 'This page is too old; load it again.');
}

async function answerOf(form) {
  const challenge = await challengeFor(form);
  return form.dataset.passkey === 'create'
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(challenge) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(challenge) });
}

function inWords(error) {
  switch (error.name) {
    case 'NotAllowedError':
    case 'AbortError': return 'No passkey was given. You can try again.';
    case 'InvalidStateError': return 'There is a passkey of this account on that device already.';
    case 'SecurityError': return 'Passkeys do not work at this address; open Dispatch at the address it is published at.';
    case 'TypeError': return 'The host does not answer; check the connection and try again.';
    default: return error.message;
  }
}

async function run(form) {
  const [button, failure] = [form.querySelector('button'), form.querySelector('[data-passkey-failure]')];
  failure.hidden = true;
  button.disabled = true;
  try {
    form.querySelector('[data-passkey-answer]').value = asJson(await answerOf(form));
    form.submit();   // past the listener below
  } catch (error) {
    failure.textContent = inWords(error);
    failure.hidden = false;
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!canUse) continue;
  form.hidden = false;
  form.addEventListener('submit', event => { event.preventDefault(); run(form); });
}
for (const note of document.querySelectorAll('[data-passkey-unsupported]')) note.hidden = Boolean(canUse);
