// SPDX-License-Identifier: Apache-2.0
// Light or dark: what the system prefers, until somebody presses the button; then that, here and at the next visit.

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null; // a browser that keeps nothing
  }
}

function remember(theme) {
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Then it lasts until the page is left.
  }
}

export function isDark() {
  return (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
}

/** Makes a button the switch, and calls back whenever the colours have changed. */
export function bind(button, changed) {
  const show = () => {
    button.setAttribute("aria-pressed", isDark());
    changed();
  };
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember(root.dataset.theme);
    show();
  });
  system.addEventListener("change", show);
  show();
}

/** The colours of the style sheet, for what is drawn on a canvas: colours().blue is what var(--blue) is now. */
export function colours() {
  const probe = document.createElement("span");
  root.append(probe);
  const style = getComputedStyle(probe);
  const found = {};
  for (const name of ["card", "ink", "soft", "line", "blue", "sky", "orange", "red", "green", "idle",
    "heat-0", "heat-1", "heat-2", "heat-3"]) {
    probe.style.color = `var(--${name})`;
    found[name] = style.color;
  }
  probe.remove();
  return found;
}

if (chosen() === "dark" || chosen() === "light") {
  root.dataset.theme = chosen();
}
