; C, and what C++ has in common with it. The sections are described in common/syntax/querySource.ts.

;; definitions
(function_definition declarator: [
  (function_declarator declarator: (identifier) @name)
  (_ (function_declarator declarator: (identifier) @name))
  (_ (_ (function_declarator declarator: (identifier) @name)))] body: (_) @body) @definition.function
(declaration declarator: [
  (function_declarator declarator: (identifier) @name)
  (pointer_declarator (function_declarator declarator: (identifier) @name))
  (pointer_declarator (pointer_declarator (function_declarator declarator: (identifier) @name)))]) @definition.function
(struct_specifier name: (_) @name body: (_) @body) @definition.class
(union_specifier name: (_) @name body: (_) @body) @definition.class
(enum_specifier name: (_) @name body: (_) @body) @definition.enum
(type_definition type: [(struct_specifier body: (_) @body) (union_specifier body: (_) @body)] @value
  declarator: (type_identifier) @name) @definition.class
(type_definition type: (enum_specifier body: (_) @body) @value declarator: (type_identifier) @name) @definition.enum
(preproc_function_def name: (_) @name) @definition.function

;; values
(type_definition type: [
  (struct_specifier !body) (union_specifier !body) (enum_specifier !body) (type_identifier) (primitive_type)
  (sized_type_specifier)]
  declarator: [
    (type_identifier) @name
    (pointer_declarator declarator: (type_identifier) @name)
    (array_declarator declarator: (type_identifier) @name)
    (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))
  ]) @definition.type
(preproc_def name: (_) @name) @definition.variable
(declaration declarator: [
  (identifier) @name
  (array_declarator declarator: (identifier) @name)
  (pointer_declarator declarator: (identifier) @name)
  (init_declarator declarator: [
    (identifier) @name
    (array_declarator declarator: (identifier) @name)
    (pointer_declarator declarator: (identifier) @name)])]) @definition.variable
(field_declaration declarator: [
  (field_identifier) @name
  (array_declarator declarator: (field_identifier) @name)
  (pointer_declarator declarator: (field_identifier) @name)
  (pointer_declarator declarator: (pointer_declarator declarator: (field_identifier) @name))
  (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (field_identifier) @name)))
]) @definition.field
(enumerator name: (_) @name) @definition.field

;; references
[(identifier) (type_identifier)] @reference
(field_expression argument: (_) @receiver field: (field_identifier) @reference)
(function_declarator declarator: (identifier) @declared)
(struct_specifier name: (_) @declared body: (_))
(union_specifier name: (_) @declared body: (_))
(enum_specifier name: (_) @declared body: (_))
(enumerator name: (_) @declared)
(type_definition declarator: (type_identifier) @declared)
(preproc_def name: (_) @declared)
(preproc_function_def name: (_) @declared)
(preproc_params (identifier) @declared)
(declaration declarator: (identifier) @declared)
(parameter_declaration declarator: (identifier) @declared)
(init_declarator declarator: (identifier) @declared)
(pointer_declarator declarator: (identifier) @declared)
(array_declarator declarator: (identifier) @declared)

;; imports
(preproc_include path: [(string_literal) (system_lib_string)] @import.module @import.everything) @import

;; outline
(function_definition body: (_) @elided)
(preproc_function_def value: (_) @elided)

;; regions
(comment) @comment
[(string_literal) (char_literal) (system_lib_string)] @string
