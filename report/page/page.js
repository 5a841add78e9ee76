"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const dark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
  });
  document.getElementById("print").addEventListener("click", () => window.print());

  const choose = (picture, box) => {
    const number = box && box.dataset.number;
    const near = new Set();
    picture.querySelector("svg").classList.toggle("has-choice", Boolean(box));
    for (const line of picture.querySelectorAll(".line")) {
      const ends = [line.dataset.source, line.dataset.destination];
      line.classList.toggle("is-on", ends.includes(number));
      if (ends.includes(number)) ends.forEach((end) => near.add(end));
    }
    for (const other of picture.querySelectorAll(".box")) {
      other.classList.toggle("is-chosen", other === box);
      other.classList.toggle("is-near", near.has(other.dataset.number));
      other.setAttribute("aria-expanded", String(other === box));
    }
    for (const detail of picture.closest("section").querySelectorAll(".detail")) {
      detail.classList.toggle("is-open", Boolean(box) && box.getAttribute("href") === "#" + detail.id);
    }
  };
  for (const picture of document.querySelectorAll(".picture")) {
    picture.addEventListener("click", (event) => {
      const box = event.target.closest(".box");
      event.preventDefault();
      choose(picture, box && box.classList.contains("is-chosen") ? null : box);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") choose(picture, null);
    });
  }
  window.addEventListener("beforeprint", () => {
    for (const item of document.querySelectorAll("details")) item.open = true;
  });
})();
