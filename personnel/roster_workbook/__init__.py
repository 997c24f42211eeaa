"""The roster workbook 花名册 (handbook P19): how stations write it, what it means, and writing it back."""
