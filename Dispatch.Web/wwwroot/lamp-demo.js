// The landing page's lamps: each row walks its steps, "STATUS seconds note", for ever. A note that ends in "in" counts down.
const demo = document.querySelector('[data-lamp-demo]');
const stillness = matchMedia('(prefers-reduced-motion: reduce)');

function stepsOf(row) {
  return row.dataset.steps.split('|').map(step => {
    const [status, seconds, ...note] = step.split(' ');
    return { status, seconds: Number(seconds), note: note.join(' ') };
  });
}

function show(row, step) {
  const lamp = demo.querySelector(`[data-lamp-of="${step.status}"]`).content.cloneNode(true);
  row.querySelector('[data-lamp]').replaceChildren(lamp);
}

function tell(row, step, left) {
  const seconds = Math.max(0, Math.ceil(left / 1000));
  const note = step.note.endsWith(' in') ? `${step.note} 00:${String(seconds).padStart(2, '0')}` : step.note;
  const place = row.querySelector('[data-note]');
  if (place.textContent !== note) place.textContent = note;
}

if (demo && !stillness.matches) {
  const walks = [...demo.querySelectorAll('[data-steps]')].map(row => {
    const [steps, shown] = [stepsOf(row), row.querySelector('[data-status]').dataset.status];
    return { row, steps, at: steps.findIndex(step => step.status === shown) - 1, until: 0 };   // from where it stands
  });
  const tick = () => {
    if (stillness.matches) { clearInterval(ticking); return; }
    const now = performance.now();
    for (const walk of walks) {
      if (now >= walk.until) {
        walk.at = (walk.at + 1) % walk.steps.length;
        walk.until = now + walk.steps[walk.at].seconds * 1000;
        show(walk.row, walk.steps[walk.at]);
      }
      tell(walk.row, walk.steps[walk.at], walk.until - now);
    }
  };
  const ticking = setInterval(tick, 100);
  tick();
}
