// Which files are indexed, by the ends of their names: those of languages with a grammar, and some other hand-written texts.

import { languageOfPath } from "../../common/syntax/languages.ts";

const textEndings =
  /\.(md|mdx|rst|txt|adoc|ya?ml|toml|sql|css|scss|less|html?|vue|svelte|sh|bash|zsh|ps1|rb|php|kt|kts|swift|scala|lua|dart|ex|exs|clj|hs|ml|r|jl|pl|proto|graphql|gradle|cmake|tf|zig|nix)$/i;
const textNames = /(^|\/)(Makefile|Dockerfile|Rakefile|Gemfile|CMakeLists\.txt|Jenkinsfile)$/;

export const isSourcePath = (path: string): boolean =>
  languageOfPath(path) !== undefined || textEndings.test(path) || textNames.test(path);
