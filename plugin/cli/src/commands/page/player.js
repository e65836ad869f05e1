"use strict";
/* Both sounds run side by side and one of them is muted: a switch is heard at once, at the same position. The one that is
   not heard follows the other, so that nothing that is heard ever jumps. */
(() => {
  const at = (id) => document.getElementById(id);
  const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`);
  const labelOf = (input) => input.nextElementSibling.textContent;
  const SIDES = ["in", "out"];
  /* How far the two may be apart before the silent one is put right, in seconds. */
  const TOLERANCE_S = 0.03;
  const files = new Map();
  for (const link of document.querySelectorAll("#files a")) {
    files.set(`${link.dataset.source} ${link.dataset.target}`, link);
  }
  const sounds = { in: null, out: null };
  let playing = false;
  let asked = 0;

  const heardSide = () => chosen("side").value;
  const otherSide = () => (heardSide() === "in" ? "out" : "in");
  const fileOf = (side) => files.get(`${chosen("source").value} ${side === "in" ? "" : chosen("target").value}`);
  const lengthOf = () => {
    const length = SIDES.map((side) => sounds[side].duration).find((seconds) => seconds > 0);
    return length || 0;
  };

  function complain(name) {
    at("problem").textContent = `This browser cannot play ${name}.`;
    at("problem").hidden = false;
  }

  function open(side) {
    const link = fileOf(side);
    const sound = new Audio(link.getAttribute("href"));
    sound.preload = "auto";
    sound.muted = true;
    sound.addEventListener("error", () => complain(link.textContent));
    sound.addEventListener("loadedmetadata", show);
    sound.addEventListener("ended", () => {
      if (sound === sounds[heardSide()]) ended();
    });
    return sound;
  }

  function ended() {
    if (playing && at("loop").checked) {
      seek(0);
      start();
    } else {
      pause();
      seek(0);
    }
  }

  function start() {
    playing = true;
    for (const side of SIDES) {
      sounds[side].muted = side !== heardSide();
      sounds[side].play().catch((error) => {
        if (error.name !== "AbortError") {
          pause();
          complain(fileOf(side).textContent);
        }
      });
    }
    show();
    requestAnimationFrame(tick);
  }

  function pause() {
    playing = false;
    for (const side of SIDES) sounds[side].pause();
    align();
    show();
  }

  function seek(seconds) {
    for (const side of SIDES) sounds[side].currentTime = seconds;
    show();
  }

  /* Brings the one that is not heard to where the other is. */
  function align() {
    const heard = sounds[heardSide()];
    const other = sounds[otherSide()];
    if (!other.seeking && Math.abs(heard.currentTime - other.currentTime) > TOLERANCE_S) {
      other.currentTime = heard.currentTime;
    }
  }

  function tick() {
    if (!playing) return;
    align();
    showPosition();
    requestAnimationFrame(tick);
  }

  /* Another source is another tune: it begins at its beginning. */
  function changeSource() {
    const wasPlaying = playing;
    for (const side of SIDES) {
      if (sounds[side]) sounds[side].pause();
      sounds[side] = open(side);
    }
    asked += 1;
    if (wasPlaying) start();
    show();
  }

  /* The old target sounds until the new one runs at the same position. */
  function changeTarget() {
    const fresh = open("out");
    const request = ++asked;
    const old = sounds.out;
    const take = () => {
      if (request !== asked) {
        fresh.pause();
        return;
      }
      sounds.out = fresh;
      old.pause();
      if (playing) fresh.muted = heardSide() !== "out";
      else fresh.pause();
      show();
    };
    fresh.addEventListener("loadedmetadata", () => {
      fresh.currentTime = old.currentTime;
      if (playing) {
        fresh.addEventListener("playing", () => {
          const clock = old.ended ? sounds.in : old;
          if (Math.abs(fresh.currentTime - clock.currentTime) > TOLERANCE_S) fresh.currentTime = clock.currentTime;
          take();
        }, { once: true });
        fresh.play().catch(take);
      } else take();
    }, { once: true });
    show();
  }

  function changeSide() {
    for (const side of SIDES) sounds[side].muted = side !== heardSide();
    show();
  }

  function showPosition() {
    const length = lengthOf();
    const now = Math.min(sounds[heardSide()].currentTime, length);
    const share = length > 0 ? now / length : 0;
    for (const head of document.querySelectorAll(".head")) head.style.left = `${100 * share}%`;
    at("position").value = now;
    at("position").setAttribute("aria-valuetext", `${now.toFixed(1)} of ${length.toFixed(1)} seconds`);
    at("time").textContent = `${now.toFixed(1)} / ${length.toFixed(1)} s`;
  }

  function showSeconds(length) {
    const step = [1, 2, 5].find((seconds) => length / seconds <= 10) || 10;
    const marks = [];
    for (let second = 0; second <= length; second += step) {
      const mark = document.createElement("span");
      mark.style.left = `${(100 * second) / length}%`;
      mark.textContent = second === 0 ? "0 s" : second;
      marks.push(mark);
    }
    at("seconds").replaceChildren(...marks);
  }

  function show() {
    const titles = { in: labelOf(chosen("source")), out: labelOf(chosen("target")) };
    at("about").textContent = chosen("source").dataset.about;
    at("side-out").textContent = titles.out;
    at("play").textContent = playing ? "Pause" : "Play";
    for (const side of SIDES) {
      const title = side === "in" ? titles.in : `${titles.in} as ${titles.out}`;
      const picture = at(`picture-${side}`);
      const source = fileOf(side).dataset.picture;
      if (picture.getAttribute("src") !== source) picture.src = source;
      picture.alt = `Spectrogram of ${title}, 20 Hz to 20 kHz`;
      at(`title-${side}`).textContent = title;
      at(`panel-${side}`).classList.toggle("heard", side === heardSide());
    }
    const length = lengthOf();
    if (length > 0 && Number(at("position").max) !== length) {
      at("position").max = length;
      showSeconds(length);
    }
    showPosition();
  }

  at("play").addEventListener("click", () => (playing ? pause() : start()));
  at("position").addEventListener("input", () => seek(Number(at("position").value)));
  at("sources").addEventListener("change", changeSource);
  at("targets").addEventListener("change", changeTarget);
  at("sides").addEventListener("change", changeSide);
  for (const picture of document.querySelectorAll(".picture")) {
    picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect();
      seek(lengthOf() * Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1));
    });
  }
  at("player").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === " " && event.target.id !== "play" && event.target.id !== "loop") {
      event.preventDefault();
      if (playing) pause();
      else start();
    } else if (key === "a" || key === "b") {
      document.querySelector(`input[name="side"][value="${key === "a" ? "in" : "out"}"]`).checked = true;
      changeSide();
    }
  });
  changeSource();
})();
