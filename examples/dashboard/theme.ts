/* A few colours, each with one meaning, and three styles of type. */

export const BACKGROUND = "#11161d";
export const PANEL = "#1d2530";
export const TEXT = "#f2f5f8";
export const DIM = "#8996a6";
export const TEAL = "#2ec4b6";
export const BLUE = "#3f8efc";
export const GREEN = "#8bd450";
export const AMBER = "#ff9f1c";
export const SLATE = "#56657a";
export const VIOLET = "#8468e8";
/** Violet that can be read as text. */
export const LILAC = "#b7a4f7";
export const RED = "#ff4d5e";

/** A cell of the arena by its state: free, LZ4, columns, dense, raw, metadata. */
export const CELL_COLORS = [PANEL, TEAL, BLUE, GREEN, AMBER, SLATE];
/** A block of the flash by its wear, new to worn out, a step for each power of ten; then no block, and a retired one. */
export const WEAR_COLORS = ["#6250a8", "#7259c8", VIOLET, "#9f86f2", LILAC, "#e0d4ff", BACKGROUND, RED];

/** A font for figures, which are drawn digit by digit: pixels of a digit, of the decimal point and of its dot. */
export interface Type {
	font: string;
	digit: number;
	point: number;
	height: number;
	dot: { left: number; top: number; size: number };
}

export const LARGE: Type = {
	font: "light 42px Open Sans",
	digit: 24,
	point: 12,
	height: 57,
	dot: { left: 4, top: 41, size: 4 },
};
export const SMALL: Type = {
	font: "16px Open Sans",
	digit: 9,
	point: 4,
	height: 21,
	dot: { left: 1, top: 15, size: 2 },
};
export const BOLD: Type = { ...SMALL, font: "semibold 16px Open Sans" };
