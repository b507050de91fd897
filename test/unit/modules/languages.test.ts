// Modules of the languages other than TypeScript and JavaScript: what each way of naming them resolves to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { resolution } from "./folder.ts";

test("Python: by dots, from the root, from src and from the folders above; packages and their submodules", async () => {
  const resolved = resolution(
    {
      "top.py": "",
      "pkg/__init__.py": "",
      "pkg/a.py": "",
      "pkg/typed.pyi": "",
      "pkg/sub/__init__.py": "",
      "pkg/sub/b.py": "",
      "src/lib/c.py": "",
      "services/x/src/own/d.py": "",
      "space/e.py": "",
    },
    "python",
  );
  assert.equal(await resolved("pkg/sub/b.py", "top"), "top.py");
  assert.equal(await resolved("pkg/sub/b.py", "pkg.a", "f"), "pkg/a.py");
  assert.equal(await resolved("pkg/sub/b.py", "pkg.typed"), "pkg/typed.pyi");
  assert.equal(await resolved("pkg/sub/x.py", ".b"), "pkg/sub/b.py");
  assert.equal(await resolved("pkg/sub/x.py", "..a"), "pkg/a.py");
  assert.equal(await resolved("pkg/sub/x.py", "..", "a", "f"), "pkg/a.py#a pkg/__init__.py");
  assert.equal(await resolved("pkg/sub/x.py", "....a"), "");
  assert.equal(await resolved("pkg/x.py", "pkg", "sub"), "pkg/sub/__init__.py#sub pkg/__init__.py");
  assert.equal(await resolved("main.py", "lib.c"), "src/lib/c.py");
  assert.equal(await resolved("services/x/src/own/y.py", "own.d"), "services/x/src/own/d.py");
  assert.equal(await resolved("main.py", "space", "e"), "space/e.py#e"); // a package without __init__.py
  for (const none of ["os", "os.path", "", "/etc", "a..b"]) assert.equal(await resolved("pkg/x.py", none), "", none);
});

test("Go: a package is the files of its folder, by go.mod, a local replace, go.work and vendor", async () => {
  const resolved = resolution(
    {
      "go.work": "go 1.22\nuse (\n\t./app\n\t./tools // here\n)\n",
      "app/go.mod":
        "module example.com/app\n\nreplace example.com/fork v1.2.0 => ../fork\nreplace (\n\ta.b/c => ./c\n)\n",
      "app/main.go": "",
      "app/store/a.go": "",
      "app/store/b.go": "",
      "app/store/a_test.go": "",
      "app/c/c.go": "",
      "app/vendor/v.io/v/v.go": "",
      "fork/sub/f.go": "",
      "tools/go.mod": 'module "example.com/tools"',
      "tools/t.go": "",
    },
    "go",
  );
  assert.equal(await resolved("app/main.go", "example.com/app/store"), "app/store/a.go app/store/b.go");
  assert.equal(await resolved("app/store/a.go", "example.com/app"), "app/main.go");
  assert.equal(await resolved("app/main.go", "example.com/fork/sub"), "fork/sub/f.go");
  assert.equal(await resolved("app/main.go", "a.b/c"), "app/c/c.go");
  assert.equal(await resolved("app/main.go", "example.com/tools"), "tools/t.go");
  assert.equal(await resolved("app/main.go", "v.io/v"), "app/vendor/v.io/v/v.go");
  for (const none of ["fmt", "example.com/application", "example.com/app/../..", "", "../../x"]) {
    assert.equal(await resolved("app/main.go", none), "", none);
  }
});

test("Rust: modules of the crate, of the file, and of crates by place", async () => {
  const resolved = resolution(
    {
      "Cargo.toml":
        '[workspace]\nmembers = ["a", "b"]\n[workspace.dependencies]\nshared-b = { path = "b", version = "1" }\n',
      "a/Cargo.toml": '[package]\nversion = "1"\nname = "my-a"\n',
      "a/src/lib.rs": "",
      "a/src/store.rs": "",
      "a/src/store/disk.rs": "",
      "a/src/net/mod.rs": "",
      "a/src/net/http.rs": "",
      "a/tests/t.rs": "",
      "b/Cargo.toml": '[package]\nname = "shared-b"\n',
      "b/src/lib.rs": "",
      "b/src/util.rs": "",
    },
    "rust",
  );
  assert.equal(await resolved("a/src/lib.rs", "store"), "a/src/store.rs"); // mod store;
  assert.equal(await resolved("a/src/store.rs", "disk"), "a/src/store/disk.rs");
  assert.equal(await resolved("a/src/net/http.rs", "crate::store::disk::Disk"), "a/src/store/disk.rs");
  assert.equal(await resolved("a/src/net/http.rs", "crate", "Error", "store"), "a/src/store.rs#store a/src/lib.rs");
  assert.equal(await resolved("a/src/net/http.rs", "crate::store", "Store"), "a/src/store.rs");
  assert.equal(await resolved("a/src/net/http.rs", "crate::store::{disk, Store}"), "a/src/store.rs");
  assert.equal(await resolved("a/src/net/http.rs", "super::Client"), "a/src/net/mod.rs");
  assert.equal(await resolved("a/src/net/http.rs", "super::super::store::*"), "a/src/store.rs");
  assert.equal(await resolved("a/src/net/mod.rs", "self::http::Request"), "a/src/net/http.rs");
  assert.equal(await resolved("a/tests/t.rs", "my_a::net::Client"), "a/src/net/mod.rs");
  assert.equal(await resolved("a/src/lib.rs", "shared_b::util::f"), "b/src/util.rs");
  assert.equal(await resolved("a/src/lib.rs", "shared_b::Thing"), "b/src/lib.rs");
  for (const none of ["std::fmt", "", "::", "super::super::super::super::x", "crate::../../x"]) {
    assert.ok(["", "a/src/lib.rs"].includes(await resolved("a/src/lib.rs", none)), none);
  }
});

test("Java: classes and packages in the source folder, nested ones and static members by their class, others by the index", async () => {
  const files = {
    "m/src/main/java/org/x/A.java": "",
    "m/src/main/java/org/x/B.java": "",
    "n/src/main/java/org/y/C.java": "",
  };
  const resolved = resolution(files, "java", true);
  const from = "m/src/main/java/org/x/B.java";
  assert.equal(await resolved(from, "org.x.A"), "m/src/main/java/org/x/A.java");
  assert.equal(await resolved(from, "org.x.A.Inner"), "m/src/main/java/org/x/A.java");
  assert.equal(await resolved(from, "org.x.A.member"), "m/src/main/java/org/x/A.java");
  assert.equal(await resolved(from, "org.x", "A"), "m/src/main/java/org/x/A.java");
  assert.equal(await resolved(from, "org.x.A", "member"), "m/src/main/java/org/x/A.java");
  assert.equal(await resolved(from, "org.y", "C"), "n/src/main/java/org/y/C.java");
  assert.equal(await resolved(from, "org.y.C"), "n/src/main/java/org/y/C.java");
  assert.equal(await resolved("m/src/main/java/org/Z.java", "org.x.*"), Object.keys(files).slice(0, 2).join(" "));
  for (const none of ["java.util.List", "java.util.*", "", "A"]) assert.equal(await resolved(from, none), "", none);
});

test("C and C++: headers beside the file, in include folders above, else the one of the index with that end", async () => {
  const files = {
    "src/a.h": "",
    "src/core/b.c": "",
    "include/lib/c.h": "",
    "deps/d/inc/d.hpp": "",
    "x/e.h": "",
    "y/e.h": "",
  };
  const resolved = resolution(files, "cpp", true);
  assert.equal(await resolved("src/core/b.c", "../a.h"), "src/a.h");
  assert.equal(await resolved("src/core/b.c", "a.h"), "src/a.h");
  assert.equal(await resolved("src/core/b.c", "lib/c.h"), "include/lib/c.h");
  assert.equal(await resolved("src/core/b.c", "d.hpp"), "deps/d/inc/d.hpp");
  assert.equal(await resolved("y/z/f.c", "e.h"), "y/e.h");
  for (const none of ["e.h", "vector", "stdio.h", "", "../../../e.h"]) {
    assert.equal(await resolved("src/core/b.c", none), "", none);
  }
});

test("a language without modules of files resolves nothing", async () => {
  assert.equal(await resolution({ "A/B.cs": "" }, "csharp")("x.cs", "A.B"), "");
});
