// Loaded in the head, before anything is painted: the chosen theme, else the system's, else dark.
(() => {
  const system = matchMedia('(prefers-color-scheme: light)');
  const stored = () => { try { return localStorage.getItem('dispatch-theme'); } catch { return null; } };
  const apply = () => { document.documentElement.dataset.theme = stored() ?? (system.matches ? 'light' : 'dark'); };
  apply();
  system.addEventListener('change', apply);
  addEventListener('storage', apply);   // another tab
  addEventListener('click', event => {
    if (!event.target.closest?.('[data-theme-toggle]')) return;
    const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    try { localStorage.setItem('dispatch-theme', next); } catch { /* then for this page only */ }
    document.documentElement.dataset.theme = next;
  });
})();
