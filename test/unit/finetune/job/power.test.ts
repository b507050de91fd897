import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { mainsOfPmset, mainsOfPowerLine, mainsOfSupplies, readSupplies } from "../../../../finetune/job/power.ts";

test("Linux: the charger decides, else the battery; a mouse's battery says nothing", () => {
  const battery = (status: string) => ({ type: "Battery", status });
  const mouse = { type: "Battery", status: "Discharging", scope: "Device" };
  for (const [supplies, wanted] of [
    [[{ type: "Mains", online: "1" }, battery("Charging")], true],
    [[{ type: "Mains", online: "0" }, battery("Discharging")], false],
    [[{ type: "Mains", online: "0" }, { type: "USB", online: "1" }, battery("Not charging")], true], // charges by USB-C
    [[battery("Discharging")], false],
    [[battery("Full")], true],
    [[battery("Unknown")], undefined],
    [[mouse], undefined],
    [[{ type: "Mains", online: "1" }, mouse], true],
    [[{ type: "Mains", online: "0" }], false],
    [[], undefined],
  ] as const)
    assert.equal(mainsOfSupplies(supplies), wanted, JSON.stringify(supplies));
});

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-power-"));
after(() => rmSync(scratch, { recursive: true }));

test("Linux: the folders are read as the kernel writes them", () => {
  for (const [name, files] of Object.entries({
    AC: { type: "Mains\n", online: "0\n" },
    BAT0: { type: "Battery\n", status: "Discharging\n", capacity: "81\n" },
  })) {
    mkdirSync(path.join(scratch, name));
    for (const [file, text] of Object.entries(files)) writeFileSync(path.join(scratch, name, file), text);
  }
  assert.equal(mainsOfSupplies(readSupplies(scratch)), false);
  assert.throws(() => readSupplies(path.join(scratch, "none")), { code: "ENOENT" });
});

test("macOS: the first line of pmset", () => {
  assert.equal(mainsOfPmset("Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t80%; charging;"), true);
  assert.equal(mainsOfPmset("Now drawing from 'Battery Power'\n -InternalBattery-0\t79%; discharging;"), false);
  assert.equal(mainsOfPmset("Now drawing from 'UPS Power'\n"), true);
  assert.equal(mainsOfPmset("pmset: unknown option"), undefined);
});

test("Windows: the power line's status", () => {
  assert.equal(mainsOfPowerLine("Online\r\n"), true);
  assert.equal(mainsOfPowerLine("Offline\r\n"), false);
  assert.equal(mainsOfPowerLine("Unknown\r\n"), undefined);
  assert.equal(mainsOfPowerLine(""), undefined);
});
