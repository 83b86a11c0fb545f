// What fields need of the browser: instants between the reader's zone and UTC, and long texts, which must not travel with each key.

const two = number => String(number).padStart(2, '0');

// The value of <input type="datetime-local"> for a UTC instant; its milliseconds only where there are any.
function localOf(at) {
  const day = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const ms = at.getMilliseconds();
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}${ms ? `.${String(ms).padStart(3, '0')}` : ''}`;
}

export function showInstant(input, utc) {
  const at = new Date(utc ?? '');
  input.value = isNaN(at) ? '' : localOf(at);
}

// Where clocks are set back an hour comes twice: it is the first one, as everywhere in JavaScript.
export function utcOf(local) {
  const at = new Date(local);
  return isNaN(at) || at.getUTCFullYear() > 9999 || at.getUTCFullYear() < 1 ? null : at.toISOString();
}

export function tomorrowAt(hour) {
  const at = new Date();
  at.setDate(at.getDate() + 1);
  at.setHours(hour, 0, 0, 0);
  return at.toISOString();
}

const edited = new WeakSet();

// A long text stays in the browser; its owner hears that it was edited and fetches it as a stream.
export function editText(area, text, owner) {
  area.value = text;
  let pause;
  area.addEventListener('input', () => {
    edited.add(area);
    clearTimeout(pause);
    pause = setTimeout(() => owner.invokeMethodAsync('EditedAsync').catch(() => { /* the field was closed meanwhile */ }), 200);
  });
}

export function isUnchanged(area) { return !edited.has(area); }

export function setText(area, text) {
  area.value = text;
  edited.add(area);
}

export function textOf(area) { return new TextEncoder().encode(area.value); }

export function goTo(area, at) {
  area.focus();
  area.setSelectionRange(at, at + 1);
  const line = area.value.slice(0, at).split('\n').length;
  const height = parseFloat(getComputedStyle(area).lineHeight);
  area.scrollTop = Math.max(0, (line - 3) * height);
}
