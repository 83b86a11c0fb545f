// <dismissible-part remember="name">: once its [data-dismiss] button was pressed, it stays hidden in this browser. Loaded in the head,
// so that what was dismissed is hidden before it is painted, at prerender and when the interactive page takes over.
(() => {
  const isDismissed = name => { try { return localStorage.getItem(name) === 'dismissed'; } catch { return false; } };

  customElements.define('dismissible-part', class extends HTMLElement {
    static observedAttributes = ['remember'];

    connectedCallback() { this.show(); }
    attributeChangedCallback() { this.show(); }
    show() { this.hidden = this.isGone || isDismissed(this.getAttribute('remember')); }

    dismiss() {
      try { localStorage.setItem(this.getAttribute('remember'), 'dismissed'); } catch { /* then for this page only */ }
      this.isGone = true;
      this.show();
      document.querySelector('h1')?.focus();   // the button that had it is gone
    }
  });

  addEventListener('click', event => event.target.closest?.('[data-dismiss]')?.closest('dismissible-part')?.dismiss());
})();
