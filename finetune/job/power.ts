// Whether this machine runs on mains power, as far as the system reports it. Reads and changes nothing else.

import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

/** A folder of Linux's /sys/class/power_supply. */
export interface PowerSupply {
  type: string;
  online?: string;
  status?: string;
  scope?: string; // "Device": the supply of a mouse or a keyboard
}

/** undefined: no supply reports anything, as in a machine without a battery, which needs no answer, or in a container. */
export function mainsOfSupplies(supplies: readonly PowerSupply[]): boolean | undefined {
  const own = supplies.filter(({ scope }) => scope !== "Device");
  const isCharger = ({ type }: PowerSupply) => type === "Mains" || type === "USB" || type === "Wireless";
  const chargers = own.filter((supply) => isCharger(supply) && supply.online !== undefined);
  if (chargers.some(({ online }) => online !== "0")) return true;
  const batteries = own.filter(({ type }) => type === "Battery");
  if (batteries.some(({ status }) => status === "Discharging")) return false;
  if (batteries.some(({ status }) => status === "Charging" || status === "Full" || status === "Not charging"))
    return true;
  return chargers.length > 0 ? false : undefined;
}

/** Parses `pmset -g batt` on macOS: "Now drawing from 'AC Power'". */
export function mainsOfPmset(text: string): boolean | undefined {
  const source = /drawing from '([^']+)'/.exec(text)?.[1];
  return source === undefined ? undefined : source !== "Battery Power"; // a UPS counts as mains
}

/** Parses System.Windows.Forms.PowerLineStatus on Windows. */
export function mainsOfPowerLine(text: string): boolean | undefined {
  const status = text.trim();
  return status === "Online" ? true : status === "Offline" ? false : undefined;
}

const POWER_LINE_QUERY =
  "Add-Type -AssemblyName System.Windows.Forms; [System.Windows.Forms.SystemInformation]::PowerStatus.PowerLineStatus";
const ANSWER_MS = 20_000; // PowerShell takes seconds to start

/** Asks the system. @returns undefined where it does not report power */
export async function onMains(platform: NodeJS.Platform = process.platform): Promise<boolean | undefined> {
  try {
    if (platform === "linux") return mainsOfSupplies(readSupplies("/sys/class/power_supply"));
    if (platform === "darwin") return mainsOfPmset(await outputOf("pmset", ["-g", "batt"]));
    if (platform === "win32")
      return mainsOfPowerLine(
        await outputOf("powershell.exe", ["-NoProfile", "-NonInteractive", "-Command", POWER_LINE_QUERY]),
      );
  } catch {
    // no such program or folder
  }
  return undefined;
}

/** @throws where there is no such folder */
export function readSupplies(dir: string): PowerSupply[] {
  const read = (name: string, file: string) => {
    try {
      return readFileSync(path.join(dir, name, file), "utf8").trim();
    } catch {
      return undefined;
    }
  };
  return readdirSync(dir).map((name) => ({
    type: read(name, "type") ?? "",
    online: read(name, "online"),
    status: read(name, "status"),
    scope: read(name, "scope"),
  }));
}

async function outputOf(program: string, args: string[]): Promise<string> {
  return (await promisify(execFile)(program, args, { timeout: ANSWER_MS, windowsHide: true })).stdout;
}
