// Light or dark by choice. Loaded in <head> as a classic script, before the first paint: a module would run after
// it, and a page chosen dark would flash white. Without it, the system's preference decides (couleurs.css).
(() => {
  const racine = document.documentElement;
  const cle = "repertoire-theme";
  const systeme = window.matchMedia("(prefers-color-scheme: dark)");

  const lire = () => {
    try {
      return localStorage.getItem(cle);
    } catch {
      return null; // storage refused by the browser: the choice lasts for the page
    }
  };
  const estSombre = () => (racine.dataset.bsTheme || (systeme.matches ? "dark" : "light")) === "dark";

  const choisi = lire();
  if (choisi === "dark" || choisi === "light") racine.dataset.bsTheme = choisi;

  const afficher = (bouton) => {
    bouton.setAttribute("aria-pressed", String(estSombre()));
    bouton.hidden = false;
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const bouton of document.querySelectorAll("[data-rep-theme]")) {
      afficher(bouton);
      systeme.addEventListener("change", () => afficher(bouton));
      bouton.addEventListener("click", () => {
        const suivant = estSombre() ? "light" : "dark";
        racine.dataset.bsTheme = suivant;
        try {
          localStorage.setItem(cle, suivant);
        } catch {
          // see lire()
        }
        afficher(bouton);
      });
    }
  });
})();
