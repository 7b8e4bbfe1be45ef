/** Devices that people ask for: their screens in CSS pixels, held upright. */

export interface Device {
  readonly width: number;
  readonly height: number;
  readonly deviceScaleFactor: number;
  /** Whether it lays pages out for a phone or tablet, and has a touch screen. */
  readonly mobile: boolean;
  readonly system: "ios" | "android" | "android_tablet" | "desktop";
  /** As its user agent says it. */
  readonly model: string;
}

function iphone(width: number, height: number, deviceScaleFactor: number): Device {
  return { width, height, deviceScaleFactor, mobile: true, system: "ios", model: "iPhone" };
}

function ipad(width: number, height: number): Device {
  return { width, height, deviceScaleFactor: 2, mobile: true, system: "ios", model: "iPad" };
}

function android(model: string, width: number, height: number, deviceScaleFactor: number): Device {
  return { width, height, deviceScaleFactor, mobile: true, system: "android", model };
}

function tablet(model: string, width: number, height: number, deviceScaleFactor: number): Device {
  return { width, height, deviceScaleFactor, mobile: true, system: "android_tablet", model };
}

function desktop(width: number, height: number, deviceScaleFactor: number): Device {
  return { width, height, deviceScaleFactor, mobile: false, system: "desktop", model: "" };
}

export const DEVICES: Readonly<Record<string, Device>> = {
  "iPhone SE": iphone(375, 667, 2),
  "iPhone X": iphone(375, 812, 3),
  "iPhone XR": iphone(414, 896, 2),
  "iPhone 11": iphone(414, 896, 2),
  "iPhone 12": iphone(390, 844, 3),
  "iPhone 12 Mini": iphone(375, 812, 3),
  "iPhone 13": iphone(390, 844, 3),
  "iPhone 13 Pro Max": iphone(428, 926, 3),
  "iPhone 14": iphone(390, 844, 3),
  "iPhone 14 Plus": iphone(428, 926, 3),
  "iPhone 14 Pro": iphone(393, 852, 3),
  "iPhone 14 Pro Max": iphone(430, 932, 3),
  "iPhone 15": iphone(393, 852, 3),
  "iPhone 15 Pro": iphone(393, 852, 3),
  "iPhone 15 Pro Max": iphone(430, 932, 3),
  "iPhone 16": iphone(393, 852, 3),
  "iPhone 16 Pro": iphone(402, 874, 3),
  iPad: ipad(810, 1080),
  "iPad Mini": ipad(768, 1024),
  "iPad Air": ipad(820, 1180),
  "iPad Pro": ipad(1024, 1366),
  "iPad Pro 11": ipad(834, 1194),
  "Pixel 5": android("Pixel 5", 393, 851, 2.75),
  "Pixel 7": android("Pixel 7", 412, 915, 2.625),
  "Pixel 7 Pro": android("Pixel 7 Pro", 412, 892, 3.5),
  "Pixel 8": android("Pixel 8", 412, 915, 2.625),
  "Pixel 9": android("Pixel 9", 412, 924, 2.625),
  "Galaxy S8": android("SM-G950U", 360, 740, 3),
  "Galaxy S9+": android("SM-G965U", 320, 658, 4.5),
  "Galaxy S20 Ultra": android("SM-G988U", 412, 915, 3.5),
  "Galaxy S21": android("SM-G991U", 360, 800, 3),
  "Galaxy S22": android("SM-S901U", 360, 780, 3),
  "Galaxy S23": android("SM-S911U", 360, 780, 3),
  "Galaxy S24": android("SM-S921U", 360, 780, 3),
  "Galaxy A51": android("SM-A515U", 412, 914, 2.625),
  "Galaxy Fold": android("SM-F900U", 280, 653, 3),
  "Galaxy Tab S4": tablet("SM-T837A", 712, 1138, 2.25),
  "Galaxy Tab S9": tablet("SM-X710", 753, 1205, 2.125),
  "Surface Pro 7": desktop(912, 1368, 2),
  "Laptop HiDPI": desktop(1440, 900, 2),
  "Desktop HD": desktop(1920, 1080, 1),
};
