// What pages need of the browser, static and interactive ones alike: times, copy buttons, and how the connection stands.

// <local-time utc="2026-06-13T09:30:00.000Z" mode="instant | relative | countdown">: in the reader's zone, the UTC instant on hover.
// It ticks by itself, so that no message between host and browser is needed for it.
const everySecond = new Set();
setInterval(() => everySecond.forEach(element => element.show()), 1000);

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const steps = [['second', 60], ['minute', 60], ['hour', 24], ['day', 30], ['month', 12], ['year', Infinity]];

function inWords(ms) {
  let value = ms / 1000;
  for (const [unit, size] of steps) {
    if (Math.abs(Math.round(value)) < size) return relative.format(Math.round(value), unit);
    value /= size;
  }
}

function clock(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const two = number => String(number).padStart(2, '0');
  return (days > 0 ? `${days} d ` : '') + (days > 0 || hours > 0 ? `${two(hours)}:` : '') + `${two(minutes)}:${two(seconds % 60)}`;
}

customElements.define('local-time', class extends HTMLElement {
  static observedAttributes = ['utc', 'mode'];

  connectedCallback() { everySecond.add(this); this.show(); }
  disconnectedCallback() { everySecond.delete(this); }
  attributeChangedCallback() { this.show(); }

  show() {
    const utc = this.getAttribute('utc');
    const at = new Date(utc);
    if (!utc || isNaN(at)) return;
    const text = this.text(at);
    if (this.textContent !== text) this.textContent = text;
    if (this.title !== utc) this.title = utc;
  }

  text(at) {
    const ahead = at - Date.now();
    switch (this.getAttribute('mode')) {
      case 'relative': return inWords(ahead);
      case 'countdown': return ahead > 0 ? clock(ahead) : 'now';
      case 'time': return at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });
      case 'day': return at.toLocaleDateString([], { year: 'numeric', month: 'short', day: 'numeric' });
      case 'minute': return at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
      default: {
        const sameYear = at.getFullYear() === new Date().getFullYear();
        const fractionalSecondDigits = this.getAttribute('mode') === 'precise' ? 3 : undefined;
        return at.toLocaleString([], {
          year: sameYear ? undefined : 'numeric', month: 'short', day: 'numeric',
          hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits
        });
      }
    }
  }
});

// <button data-copy="text"> or <button data-copy-from="#id">: copies, and says so for a moment.
addEventListener('click', async event => {
  const button = event.target.closest?.('[data-copy], [data-copy-from]');
  if (!button) return;
  await copyFor(button, button.dataset.copy ?? document.querySelector(button.dataset.copyFrom)?.textContent ?? '');
});

async function copyFor(button, text) {
  await copy(text);
  button.dataset.copied = '';
  const status = document.getElementById('copy-status');
  if (status) status.textContent = 'Copied';
  setTimeout(() => { delete button.dataset.copied; if (status) status.textContent = ''; }, 1600);
}
globalThis.dispatchCopy = copyFor;

async function copy(text) {
  if (navigator.clipboard && isSecureContext) {
    try { return await navigator.clipboard.writeText(text); } catch { /* refused: the old way */ }
  }
  const area = Object.assign(document.createElement('textarea'), { value: text });
  area.style.cssText = 'position:fixed;opacity:0';
  (document.querySelector('[role=dialog]') ?? document.body).append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

// How the page hangs on the host: data-connection on <html> is connecting (until the page is interactive), live,
// reconnecting or offline; the lamp in the bar and the banner follow it.
// Blazor reports a circuit's state to #components-reconnect-modal; the live feeds call setConnection.
let connection = document.documentElement.dataset.connection;
function setConnection(state) { connection = state; showConnection(); }
function showConnection() { document.documentElement.dataset.connection = navigator.onLine ? connection : 'offline'; }
addEventListener('offline', showConnection);
addEventListener('online', showConnection);
globalThis.dispatchConnection = { set: setConnection };

document.addEventListener('components-reconnect-state-changed', event => {
  switch (event.detail.state) {
    case 'show':
    case 'retrying':
      setConnection('reconnecting');
      break;
    case 'hide':
      setConnection('live');
      break;
    case 'failed':
    case 'rejected':   // the host has forgotten this circuit: it was restarted
      reloadWhenBack();
      break;
  }
}, { capture: true });   // the event does not bubble

let waiting = false;
async function reloadWhenBack() {
  if (waiting) return;
  waiting = true;
  for (;;) {
    try {
      if ((await fetch('/health/ready', { cache: 'no-store' })).ok) { location.reload(); return; }
      setConnection('reconnecting');
    } catch {
      setConnection('reconnecting');
    }
    await new Promise(done => setTimeout(done, 1000));
  }
}

// MudBlazor gives its dialogs no name: they take their title's.
new MutationObserver(() => document.querySelectorAll('.mud-dialog[role=dialog]:not([aria-labelledby])').forEach(dialog => {
  const title = dialog.querySelector('.mud-dialog-title');
  if (!title) return;
  title.id ||= `${dialog.id}-title`;
  dialog.setAttribute('aria-labelledby', title.id);
  dialog.setAttribute('aria-modal', 'true');
})).observe(document.body, { childList: true, subtree: true });

// A menu made of <details data-dismissible> closes on Escape, and on a click anywhere else.
const openMenus = () => document.querySelectorAll('details[data-dismissible][open]');
addEventListener('click', event => openMenus().forEach(menu => { if (!menu.contains(event.target)) menu.open = false; }));
addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  openMenus().forEach(menu => { menu.open = false; menu.querySelector('summary').focus(); });
});
