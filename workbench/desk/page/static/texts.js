/* Moments, ages and names as text. */

import { DASH, shown, spanText } from "./numbers.js";

const two = (value) => String(value).padStart(2, "0");
const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
const day = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

export const timeOf = (text) => (text ? Date.parse(text) : null);

/* A moment of this browser's zone: its clock alone where it is of today, no year of this year's. */
export function momentText(text, now = Date.now()) {
  const time = timeOf(text);
  if (time === null || Number.isNaN(time)) return DASH;
  const date = new Date(time);
  const own = day(date);
  const today = new Date(now);
  if (own === day(today)) return clock(date);
  return `${date.getFullYear() === today.getFullYear() ? own.slice(5) : own} ${clock(date).slice(0, 5)}`;
}

export const dayText = (time) => day(new Date(time));
export const minuteText = (time) => `${day(new Date(time))} ${clock(new Date(time)).slice(0, 5)}`;
export const secondText = (time) => `${day(new Date(time))} ${clock(new Date(time))}`;

/* An age in one unit, without decimals: it changes each second and is read at a glance. */
export function ageText(seconds) {
  if (seconds === null || !Number.isFinite(seconds)) return DASH;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 172800) return `${Math.floor(whole / 3600)} h`;
  return `${Math.floor(whole / 86400)} d`;
}

/* A figure without cents where they say nothing at a glance. */
export const glance = (value) => shown(value, Math.abs(value) >= 10000 ? "whole" : "money");

export function glanceSigned(value) {
  const text = glance(value);
  return value > 0 ? `+${text}` : text;
}

/* A name of the wire in words: `profit_factor` -> `profit factor`. */
export const words = (name) => name.replaceAll("_", " ").replace(/\bpnl\b/g, "P&L").replace(/\bbps\b/g, "bp");

export { spanText };
