// The explorer's data, and its values in words, as a field holds them, and back. Shares are percentages to the reader.
"use strict";
const data = JSON.parse(document.getElementById("explorer-data").textContent);
const POUND = "£", STEPS = 400, NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const THOUSANDS = /^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$/;
const money = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP", maximumFractionDigits: 0 });
const pounds = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP", minimumFractionDigits: 2, maximumFractionDigits: 2 });
const plain = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 6 });

function inWords(unit) {
  return unit.replaceAll("GBP", POUND);
}

function short(at, value) {
  const { percent, unit } = data.entries[at], amount = plain.format(Math.abs(percent ? 100 * value : value));
  return (value < 0 ? "-" : "") + (unit.startsWith("GBP") ? POUND : "") + amount + (percent ? "%" : "");
}

function told(at, value) {
  const { percent, unit } = data.entries[at], rest = inWords(unit.replace("GBP", "")).trim();
  return percent || !rest ? short(at, value) : `${short(at, value)} ${rest}`;
}

function written(at, value) {
  return String(data.entries[at].percent ? Number((100 * value).toPrecision(15)) : value);
}

function read(at, text) {
  const { percent } = data.entries[at], bare = text.replace(/[\s£]/g, "").replace(percent ? /%$/ : /$/, "");
  const digits = THOUSANDS.test(bare) ? bare.replaceAll(",", "") : bare;
  if (!NUMBER.test(digits)) return NaN;
  return Number(percent ? digits.replace(/(e[-+]?\d+)?$/i, (power) => `e${Number(power.slice(1)) - 2}`) : digits);
}

// From a step of the slider to a value with no more digits than steps tell apart, and back
function slid(at, step) {
  const { low, high } = data.entries[at], digits = 1 - Math.floor(Math.log10((high - low) / STEPS));
  if (step === 0 || step === STEPS) return step ? high : low;
  return Number((low + ((high - low) * step) / STEPS).toFixed(Math.min(20, Math.max(0, digits))));
}

function steps(at, value) {
  const { low, high } = data.entries[at];
  return String(Math.min(STEPS, Math.max(0, Math.round((STEPS * (value - low)) / (high - low)))));
}

function objection(at, value, text) {
  const { least, most } = data.entries[at], shown = `“${text.trim().slice(0, 20)}”`;
  if (Number.isNaN(value) && /^[-+]?[\d.,]+%?$/.test(text.trim())) return `${shown} is not a number as it is written here: one and a half is 1.5, and commas stand before three digits, as in 1,500.`;
  if (Number.isNaN(value)) return `${shown} is not a number.`;
  if (!Number.isFinite(value)) return `${shown} is too large to compute with.`;
  if (least !== null && value < least) return `${shown} is below ${told(at, least)}, the least it can be.`;
  return most !== null && value > most ? `${shown} is above ${told(at, most)}, the most it can be.` : "";
}
