; What TypeScript and JavaScript have in common. The sections are described in common/syntax/querySource.ts.

;; definitions
(class_declaration name: (_) @name body: (_) @body) @definition.class
(class name: (_) @name body: (_) @body) @definition.class
(function_declaration name: (_) @name body: (_) @body) @definition.function
(generator_function_declaration name: (_) @name body: (_) @body) @definition.function
(function_expression name: (_) @name body: (_) @body) @definition.function
(generator_function name: (_) @name body: (_) @body) @definition.function
(method_definition name: (_) @name body: (_) @body) @definition.method
(lexical_declaration (variable_declarator name: (identifier) @name value: [
  (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
] @value)) @definition.function
(variable_declaration (variable_declarator name: (identifier) @name value: [
  (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
] @value)) @definition.function
(lexical_declaration (variable_declarator name: (identifier) @name value: (class body: (_) @body) @value)) @definition.class
(variable_declaration (variable_declarator name: (identifier) @name value: (class body: (_) @body) @value)) @definition.class
(ERROR (variable_declarator name: (identifier) @name value: [
  (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
  (class body: (_) @body)
] @value) @definition.function)
(pair key: (_) @name value: [
  (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
] @value) @definition.method
(expression_statement (assignment_expression left: [(identifier) @name (member_expression property: (_) @name) @path] right: [
  (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
] @value)) @definition.function
(expression_statement (assignment_expression left: [(identifier) @name (member_expression property: (_) @name) @path]
  right: (class body: (_) @body) @value)) @definition.class
(export_statement "default" @name @default value: (class body: (_) @body) @value) @definition.class
(export_statement "default" @name @default value: [
  (arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)
] @value) @definition.function
(export_statement "default"? @default declaration: (_) @wrapped) @wrapper
(decorator) @leading

;; values
(lexical_declaration (variable_declarator name: (identifier) @name)) @definition.variable
(variable_declaration (variable_declarator name: (identifier) @name)) @definition.variable
(export_statement "default" @name @default value: (_) @value) @definition.variable
(expression_statement (assignment_expression
  left: (member_expression object: [(identifier) (member_expression)] @owner property: (property_identifier) @name))) @definition.variable

;; references
[(identifier) (shorthand_property_identifier)] @reference
(member_expression object: (_) @receiver property: [(property_identifier) (private_property_identifier)] @reference)
(class_declaration name: (_) @declared)
(function_declaration name: (_) @declared)
(generator_function_declaration name: (_) @declared)
(function_expression name: (_) @declared)
(variable_declarator name: (identifier) @declared)
(arrow_function parameter: (identifier) @declared)
(catch_clause parameter: (identifier) @declared)
(for_in_statement left: (identifier) @declared)
(import_clause (identifier) @declared)
(namespace_import (identifier) @declared)
(import_specifier (identifier) @declared)
(export_specifier alias: (identifier) @declared)
(array_pattern (identifier) @declared)
(pair_pattern value: (identifier) @declared)
(assignment_pattern left: (identifier) @declared)
(rest_pattern (identifier) @declared)

;; imports
(import_statement source: (string) @import.module) @import
(import_statement (import_clause (identifier) @import.default))
(import_statement (import_clause (namespace_import (identifier) @import.local) @import.everything))
(import_statement (import_clause (named_imports (import_specifier name: (_) @import.name alias: (_)? @import.alias))))
(export_statement source: (string) @import.module) @import
(export_statement "*" @import.everything source: (string))
(export_statement (namespace_export) @import.everything source: (string))
(export_statement (export_clause (export_specifier name: (_) @import.reexported alias: (_)? @import.as)) source: (string))
(_ (variable_declarator name: (identifier) @import.local value: (call_expression
  function: (identifier) @import.require arguments: (arguments . (string) @import.module)) @import.everything) @import)
(_ (variable_declarator name: (object_pattern) value: (call_expression
  function: (identifier) @import.require arguments: (arguments . (string) @import.module))) @import)
(_ (variable_declarator name: (object_pattern [
  (shorthand_property_identifier_pattern) @import.name
  (pair_pattern key: (_) @import.name value: (_) @import.alias)]) value: (call_expression arguments: (arguments . (string)))))

;; outline
(statement_block) @elided

;; regions
[(comment) (html_comment) (hash_bang_line)] @comment
[(string) (template_string) (regex)] @string
(template_substitution) @substitution
